// Goroutines that wait for somebody who never comes, and the repair of each.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func leaked(f func()) int {
	before := runtime.NumGoroutine()
	f()
	time.Sleep(20 * time.Millisecond)
	return runtime.NumGoroutine() - before
}

func timeout(capacity int) {
	res := make(chan int, capacity)
	go func() {
		time.Sleep(10 * time.Millisecond)
		res <- 1
	}()
	select {
	case <-res:
	case <-time.After(time.Millisecond):
	}
}

func fastest(capacity int) {
	res := make(chan int, capacity)
	for i := range 3 {
		go func() { res <- i }()
	}
	<-res
}

func consumer(closeIt bool) {
	ch := make(chan int)
	go func() {
		for range ch {
		}
	}()
	ch <- 1
	if closeIt {
		close(ch)
	}
}

func main() {
	fmt.Println("超时就走，无缓冲：漏", leaked(func() { timeout(0) }))
	fmt.Println("超时就走，容量 1：漏", leaked(func() { timeout(1) }))
	fmt.Println("三取一，无缓冲：漏", leaked(func() { fastest(0) }))
	fmt.Println("三取一，容量 3：漏", leaked(func() { fastest(3) }))
	fmt.Println("range 没人关闭：漏", leaked(func() { consumer(false) }))
	fmt.Println("range 有人关闭：漏", leaked(func() { consumer(true) }))
}
