package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {})
	}
	wg.Wait()
	fmt.Println("200 个小任务跑完")

	var done atomic.Int64
	for range 10 {
		wg.Go(func() {
			burn(100 * time.Microsecond)
			done.Add(1)
		})
	}
	wg.Go(func() {
		ts := syscall.NsecToTimespec(int64(20 * time.Millisecond))
		syscall.Nanosleep(&ts, nil) // a blocking call, not time.Sleep
		fmt.Printf("系统调用返回时，排在后面的已跑完 %d 个\n", done.Load())
	})
	wg.Wait()
}
