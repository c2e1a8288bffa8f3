// gen → sq ×3 → merge; the consumer takes two values and leaves, with and without cancel.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func send(out chan<- int, v int, quit <-chan struct{}) bool {
	select {
	case out <- v:
		return true
	case <-quit:
		return false
	}
}

func stage(wg *sync.WaitGroup, out chan<- int, f func()) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer close(out)
		f()
	}()
}

func run(cancel bool) int {
	before := runtime.NumGoroutine()
	quit := make(chan struct{})
	var wg sync.WaitGroup
	src, out := make(chan int), make(chan int)
	stage(&wg, src, func() {
		for i := 1; send(src, i, quit); i++ {
		}
	})
	var fan sync.WaitGroup
	for range 3 {
		sq := make(chan int)
		stage(&wg, sq, func() {
			for v := range src {
				if !send(sq, v*v, quit) {
					return
				}
			}
		})
		fan.Add(1)
		go func() {
			defer fan.Done()
			for v := range sq {
				if !send(out, v, quit) {
					return
				}
			}
		}()
	}
	go func() {
		fan.Wait()
		close(out)
	}()
	<-out
	<-out
	if cancel {
		close(quit)
	}
	time.Sleep(20 * time.Millisecond)
	return runtime.NumGoroutine() - before
}

func main() {
	fmt.Println("取两个就取消：还剩", run(true))
	fmt.Println("取两个就走人：还剩", run(false))
}
