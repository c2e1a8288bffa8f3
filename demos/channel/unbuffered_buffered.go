// Twin of unbuffered_buffered.rs: how far a sender gets alone, and what a returned send means.
package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

func alone(capacity int) {
	ch := make(chan int, capacity)
	var done atomic.Int64
	go func() {
		for i := range 6 {
			ch <- i
			done.Add(1)
		}
	}()
	time.Sleep(20 * time.Millisecond)
	fmt.Printf("没有人接收 cap=%d 完成 %d 次发送\n", capacity, done.Load())
	for range 6 {
		<-ch
	}
}

func main() {
	for _, c := range []int{0, 2, 4} {
		alone(c)
	}

	ch := make(chan int)
	var came atomic.Bool
	go func() {
		time.Sleep(10 * time.Millisecond)
		came.Store(true)
		<-ch
	}()
	ch <- 1
	fmt.Printf("无缓冲发送返回时接收方已到场 %v\n", came.Load())

	first, got := make(chan int, 4), make(chan int, 1)
	go func() { got <- <-first }()
	time.Sleep(10 * time.Millisecond) // the receiver waits by now
	first <- 7
	fmt.Printf("接收者先到 发送后 len=%d 收到 %d\n", len(first), <-got)
}
