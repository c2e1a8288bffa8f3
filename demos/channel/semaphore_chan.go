// A channel of capacity 3 as a counting semaphore, taken before or inside the goroutine.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type peak struct{ now, max atomic.Int64 }

func (p *peak) up() {
	n := p.now.Add(1)
	for m := p.max.Load(); n > m && !p.max.CompareAndSwap(m, n); m = p.max.Load() {
	}
}
func (p *peak) down() { p.now.Add(-1) }

func run(before bool) (work, alive int64) {
	sem := make(chan struct{}, 3)
	var wg sync.WaitGroup
	var w, a peak
	for range 12 {
		if before {
			sem <- struct{}{}
		}
		a.up()
		wg.Add(1)
		go func() {
			defer wg.Done()
			if !before {
				sem <- struct{}{}
			}
			w.up()
			time.Sleep(2 * time.Millisecond)
			w.down()
			a.down()
			<-sem
		}()
	}
	wg.Wait()
	return w.max.Load(), a.max.Load()
}

func main() {
	w, a := run(true)
	fmt.Printf("go 之前获取：同时工作 %d，同时存在 %d\n", w, a)
	w, a = run(false)
	fmt.Printf("协程里获取：同时工作 %d，同时存在 %d\n", w, a)
}
