// A hundred goroutines wait on a channel each; one send wakes exactly one of them.
package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

func main() {
	const n = 100
	var woken atomic.Int64
	chans := make([]chan int, n)
	for i := range chans {
		ch := make(chan int)
		chans[i] = ch
		go func() {
			v := <-ch
			woken.Add(1)
			fmt.Printf("w%d 收到 %d\n", i, v)
		}()
	}
	time.Sleep(10 * time.Millisecond)
	chans[42] <- 7
	time.Sleep(10 * time.Millisecond)
	fmt.Printf("醒来 %d 个，还在等 %d 个\n", woken.Load(), n-woken.Load())
}
