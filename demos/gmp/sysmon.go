// What the monitor does: processors of stuck calls, and long runners.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

func call(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}

func main() {
	runtime.GOMAXPROCS(2)
	for t := time.Now(); time.Since(t) < 30*time.Millisecond; {
	}
	call(15 * time.Millisecond)
	fmt.Println("没有别的活：15ms 的调用结束")
	runtime.GOMAXPROCS(1)
	var ran, over atomic.Bool
	go func() { ran.Store(true) }()
	call(100 * time.Millisecond) // as 3 ms: the monitor may sleep for 10
	fmt.Println("有活在等：3ms 的调用期间别的 goroutine 运行了：", ran.Load())
	go func() {
		for t := time.Now(); time.Since(t) < 60*time.Millisecond; {
		}
		over.Store(true)
	}()
	runtime.Gosched()
	fmt.Println("算 25ms 的没跑完，main 就得到了运行：", !over.Load())
	for !over.Load() {
		time.Sleep(5 * time.Millisecond)
	}
}
