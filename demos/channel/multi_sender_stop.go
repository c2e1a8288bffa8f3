// Twin of multi_sender_stop.rs: 4 senders, 3 receivers, 5 concurrent requests to stop, one close.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	before := runtime.NumGoroutine()
	data, stop, toStop := make(chan int, 4), make(chan struct{}), make(chan int, 1)
	var sent, got, closes atomic.Int64
	var senders, receivers, triggers sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for {
				select {
				case <-stop:
					return
				case data <- s:
					sent.Add(1)
				}
			}
		})
	}
	for range 3 {
		receivers.Go(func() {
			for range data {
				got.Add(1)
				time.Sleep(time.Millisecond)
			}
		})
	}
	go func() { <-toStop; closes.Add(1); close(stop) }()
	time.Sleep(5 * time.Millisecond)
	for i := range 5 {
		triggers.Go(func() {
			select {
			case toStop <- i:
			default:
			}
		})
	}
	triggers.Wait()
	senders.Wait()
	close(data)
	receivers.Wait()
	time.Sleep(5 * time.Millisecond)
	fmt.Printf("触发 5 次 关闭 %d 次\n", closes.Load())
	fmt.Printf("收到等于发出 %v\n", sent.Load() == got.Load() && sent.Load() > 0)
	fmt.Printf("留下的 goroutine %d 个\n", runtime.NumGoroutine()-before)
}
