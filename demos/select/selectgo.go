// Two goroutines select on the same two channels in opposite written order, many times: no deadlock.
package main

import (
	"fmt"
	"sync"
)

const rounds = 50

func main() {
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 2
	var wg sync.WaitGroup
	wg.Go(func() {
		for range rounds {
			select {
			case v := <-a:
				a <- v
			case v := <-b:
				b <- v
			}
		}
	})
	wg.Go(func() {
		for range rounds {
			select {
			case v := <-b:
				b <- v
			case v := <-a:
				a <- v
			}
		}
	})
	wg.Wait()
	fmt.Println("相反次序各", rounds, "次，没有死锁")
	fmt.Println("值都还在", len(a)+len(b))
}
