// What M:N costs: waits the scheduler cannot see, and thread-local things.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func block(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}

func extra(wait func(chan int)) int {
	const tasks = 12
	ch := make(chan int)
	before := threads()
	for range tasks {
		go wait(ch)
	}
	time.Sleep(100 * time.Millisecond)
	more := threads() - before
	close(ch)
	time.Sleep(150 * time.Millisecond)
	return more
}

func main() {
	runtime.GOMAXPROCS(1)
	fmt.Println("12 个等 channel：线程增加不到 5 个", extra(func(ch chan int) { <-ch }) < 5)
	fmt.Println("12 个卡在系统调用里：线程增加 8 个以上", extra(func(chan int) { block(200 * time.Millisecond) }) >= 8)
	var wg sync.WaitGroup
	wg.Go(func() {
		seen := map[int]bool{syscall.Gettid(): true}
		for range 40 {
			block(20 * time.Millisecond)
			seen[syscall.Gettid()] = true
		}
		fmt.Println("不绑定：换过线程", len(seen) > 1)
	})
	for range 3 {
		wg.Go(func() {
			for range 40 {
				for t := time.Now(); time.Since(t) < 5*time.Millisecond; {
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}
