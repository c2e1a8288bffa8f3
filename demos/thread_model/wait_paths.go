// Three ways out of blocking.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func main() {
	runtime.GOMAXPROCS(2)
	const each, calls = 200, 4
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	ch := make(chan int)
	var conns []net.Conn
	for range each {
		go func() { <-ch }()
		go time.Sleep(time.Hour)
		near, _ := net.Dial("tcp", l.Addr().String())
		far, _ := l.Accept()
		conns = append(conns, near, far)
		go func() { var b [1]byte; far.Read(b[:]) }()
	}
	time.Sleep(50 * time.Millisecond)
	fmt.Printf("%d 个 goroutine 在等，线程不到 20 个： %v\n", runtime.NumGoroutine()-1, threads() < 20)
	var steps atomic.Int64
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() {
			ts := syscall.NsecToTimespec(int64(100 * time.Millisecond))
			syscall.Nanosleep(&ts, nil)
		})
	}
	wg.Go(func() {
		for range 50 {
			steps.Add(1)
			runtime.Gosched()
		}
	})
	time.Sleep(50 * time.Millisecond)
	fmt.Printf("%d 个系统调用卡着的时候，别的 goroutine 还在跑： %v\n", calls, steps.Load() > 0)
	wg.Wait()
	runtime.KeepAlive(conns)
}
