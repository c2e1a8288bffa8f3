// One counter, four ways: an owner goroutine, a mutex, an atomic, and nothing at all.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

const workers, times = 4, 25

func spread(work func()) {
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range times {
				work()
			}
		})
	}
	wg.Wait()
}

// bump adds one in three steps, giving others the chance to get in between.
func bump(n *int) {
	old := *n
	runtime.Gosched()
	*n = old + 1
}

func main() {
	add, total := make(chan int), make(chan int)
	go func() {
		n := 0
		for d := range add {
			n += d
		}
		total <- n
	}()
	spread(func() { add <- 1 })
	close(add)
	fmt.Println("channel 属主", <-total)

	var mu sync.Mutex
	locked := 0
	spread(func() {
		mu.Lock()
		bump(&locked)
		mu.Unlock()
	})
	fmt.Println("Mutex", locked)

	var at atomic.Int64
	spread(func() { at.Add(1) })
	fmt.Println("atomic", at.Load())

	plain := 0
	spread(func() { bump(&plain) })
	fmt.Println("无同步", plain)
}
