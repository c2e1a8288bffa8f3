// LockOSThread: always the same thread.
package main

import (
	"fmt"
	"runtime"
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
	for i := range messages {
		ch <- i
		<-back
		for t := time.Now(); time.Since(t) < 300*time.Microsecond; {
		}
	}
	close(ch)
	<-back
	fmt.Println("收到", messages, "条应答")
}
