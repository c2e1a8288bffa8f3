// Twin of close_wakes_all.rs: one send wakes one waiter, close wakes the rest; blocked senders panic.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func drain(ch chan int) []int {
	got := []int{}
	for len(ch) > 0 {
		got = append(got, <-ch)
	}
	return got
}

func main() {
	runtime.GOMAXPROCS(1)
	done, woke := make(chan struct{}), make(chan int, 8)
	for i := range 5 {
		go func() { <-done; woke <- i }()
		time.Sleep(2 * time.Millisecond) // waits before the next one starts
	}
	done <- struct{}{}
	time.Sleep(2 * time.Millisecond)
	fmt.Println("发送一个值 醒来", drain(woke))
	close(done)
	time.Sleep(2 * time.Millisecond)
	fmt.Println("关闭 醒来", drain(woke))

	data, panics := make(chan int), make(chan any, 8)
	for i := range 2 {
		go func() {
			defer func() { panics <- recover() }()
			data <- i
		}()
	}
	time.Sleep(2 * time.Millisecond)
	close(data)
	fmt.Println("阻塞的发送者", <-panics)
	fmt.Println("阻塞的发送者", <-panics)
}
