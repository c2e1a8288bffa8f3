// Four processors and three kinds of goroutines.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	runtime.GOMAXPROCS(4)
	const each = 30
	var wg sync.WaitGroup
	var printed atomic.Int64
	for range each {
		wg.Go(func() {
			for t := time.Now(); time.Since(t) < 300*time.Microsecond; {
			}
		})
		wg.Go(func() {
			syscall.Write(1, nil)
			printed.Add(1)
		})
	}
	wg.Wait()
	fmt.Printf("打印 %d 次，计算 %d 个\n", printed.Load(), each)
	ch := make(chan int)
	for range each {
		wg.Go(func() { <-ch })
	}
	time.Sleep(time.Millisecond)
	close(ch)
	wg.Wait()
	fmt.Printf("等 channel 的 %d 个都醒来了\n", each)
}
