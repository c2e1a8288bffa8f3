// LockOSThread: always the same thread.
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
	const messages = 20
	ch, back := make(chan int), make(chan int)
	go func() {
		runtime.LockOSThread()
		seen := map[int]bool{syscall.Gettid(): true}
		for v := range ch {
			back <- v
			ts := syscall.NsecToTimespec(int64(100 * time.Microsecond))
			syscall.Nanosleep(&ts, nil)
			seen[syscall.Gettid()] = true
		}
		fmt.Println("绑定期间换过线程：", len(seen) > 1)
		close(back)
	}()
	var over atomic.Bool
	go func() {
		for !over.Load() {
			for t := time.Now(); time.Since(t) < 150*time.Microsecond; {
			}
			runtime.Gosched()
		}
	}()
	for i := range messages {
		ch <- i
		<-back
	}
	close(ch)
	<-back
	over.Store(true)
	fmt.Println("收到", messages, "条应答")
}
