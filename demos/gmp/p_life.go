package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var (
	wg          sync.WaitGroup
	done, ready atomic.Int64
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func fill() {
	for range 4 {
		wg.Go(func() {
			for range 20 {
				wg.Go(func() {
					burn(50 * time.Microsecond)
					done.Add(1)
				})
			}
			ready.Add(1)
			burn(time.Millisecond)
			done.Add(1)
		})
	}
	for ready.Load() < 2 {
		burn(20 * time.Microsecond)
	}
}

func resize(n int) {
	old := runtime.GOMAXPROCS(n)
	fmt.Printf("GOMAXPROCS 原来是 %d，现在是 %d\n", old, runtime.GOMAXPROCS(0))
}

func main() {
	runtime.GOMAXPROCS(4)
	fill()
	resize(1)
	wg.Wait()
	fmt.Printf("%d 个都做完了，一个不少\n", done.Load())
	resize(4)
	time.Sleep(60 * time.Millisecond)
	fmt.Printf("空闲很久之后，P 有 %d 个\n", runtime.GOMAXPROCS(0))
}
