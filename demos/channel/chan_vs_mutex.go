// One counter three ways: mutex, capacity-1 channel as a lock, owner goroutine; then a lock
// that gives up waiting.
package main

import (
	"fmt"
	"sync"
	"time"
)

func both(f func()) {
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				f()
			}
		}()
	}
	wg.Wait()
}

func main() {
	n := 0
	var mu sync.Mutex
	both(func() { mu.Lock(); n++; mu.Unlock() })
	fmt.Println("Mutex：", n)

	n = 0
	lock := make(chan struct{}, 1)
	both(func() { lock <- struct{}{}; n++; <-lock })
	fmt.Println("容量 1 的 channel：", n)

	add, get := make(chan int), make(chan int)
	go func() {
		sum := 0
		for {
			select {
			case d := <-add:
				sum += d
			case get <- sum:
				return
			}
		}
	}()
	both(func() { add <- 1 })
	fmt.Println("属主 goroutine：", <-get)

	lock <- struct{}{} // somebody holds it
	select {
	case lock <- struct{}{}:
		fmt.Println("拿到了锁")
	case <-time.After(2 * time.Millisecond):
		fmt.Println("等不到，放弃")
	}
}
