package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const calls = 20

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func wave() {
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() {
			ts := syscall.NsecToTimespec(int64(50 * time.Millisecond))
			syscall.Nanosleep(&ts, nil) // a blocking call, not time.Sleep
		})
	}
	wg.Wait()
}

func lockAndLeave(n int) (gone int) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range n {
		wg.Go(func() {
			runtime.LockOSThread()
			<-gate
		})
	}
	time.Sleep(20 * time.Millisecond)
	before := threads()
	close(gate)
	wg.Wait()
	time.Sleep(20 * time.Millisecond)
	return before - threads()
}

func main() {
	runtime.GOMAXPROCS(2)
	wave()
	fmt.Printf("%d 个阻塞调用之后，线程多了十几个：%v\n", calls, threads() > calls-4)
	time.Sleep(5 * time.Millisecond)
	wave()
	fmt.Printf("第二波之后，线程没有再多一倍：%v\n", threads() < 2*calls)
	fmt.Printf("5 个锁着线程的 goroutine 走了，线程跟着少了：%v\n", lockAndLeave(5)+1 >= 5) // m0 never ends
}
