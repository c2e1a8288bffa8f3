package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func behindMany() {
	var done atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() { done.Add(1) })
	}
	runtime.Gosched()
	n := done.Load()
	wg.Wait()
	fmt.Printf("让出后先跑了不超过 61 个：%v\n", n <= 61)
}

func behindAPair() {
	ping, pong := make(chan int), make(chan int)
	var stop atomic.Bool
	var wg sync.WaitGroup
	player := func(from, to chan int, first bool) {
		wg.Go(func() {
			if first {
				to <- 0
			}
			for range from {
				burn(100 * time.Microsecond)
				if stop.Load() {
					close(to)
					return
				}
				to <- 0
			}
		})
	}
	player(ping, pong, false)
	player(pong, ping, true)
	start := time.Now()
	runtime.Gosched()
	waited := time.Since(start)
	stop.Store(true)
	wg.Wait()
	fmt.Printf("接力的一对占住 P 超过 61 步：%v\n", waited >= 6200*time.Microsecond)
}

func main() {
	runtime.GOMAXPROCS(1)
	time.Sleep(time.Millisecond) // the runtime's own goroutines have run by now
	behindMany()
	behindAPair()
}
