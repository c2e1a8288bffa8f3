// Blocking calls: another goroutine runs while one is stuck in the kernel.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	const short = 100
	for range short {
		syscall.Getpid()
	}
	fmt.Println("短调用", short, "次")
	var ran atomic.Bool
	go func() {
		ran.Store(true)
		for t := time.Now(); time.Since(t) < 6*time.Millisecond; {
		}
	}()
	ts := syscall.NsecToTimespec(int64(100 * time.Millisecond))
	syscall.Nanosleep(&ts, nil)
	fmt.Println("卡住期间另一个 goroutine 运行了：", ran.Load())
}
