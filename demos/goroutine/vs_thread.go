// Twenty goroutines wait: on a channel, then each in a blocking call. How many threads does it take?
package main

import (
	"fmt"
	"runtime/pprof"
	"sync"
	"syscall"
	"time"
)

const many = 20

func threads() int { return pprof.Lookup("threadcreate").Count() }

func waiters(inSyscall bool) int {
	gate := make(chan bool)
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			if inSyscall {
				t := syscall.NsecToTimespec(int64(100 * time.Millisecond))
				_ = syscall.Nanosleep(&t, nil) // a real blocking call, unlike time.Sleep
			} else {
				<-gate
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	n := threads()
	close(gate)
	wg.Wait()
	return n
}

func grown(n, base int) string {
	if n >= base+many/2 {
		return "跟着涨，每个占一个"
	}
	return "没有跟着涨"
}

func main() {
	base := threads()
	fmt.Printf("%d 个等 channel：线程%s\n", many, grown(waiters(false), base))
	fmt.Printf("%d 个陷在系统调用里：线程%s\n", many, grown(waiters(true), base))
}
