package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	tasks   = 20
	blocked = 8
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func compute() {
	var atWork, most atomic.Int64
	var wg sync.WaitGroup
	for range tasks {
		wg.Go(func() {
			n := atWork.Add(1)
			burn(200 * time.Microsecond)
			atWork.Add(-1)
			if seen := most.Load(); n > seen {
				most.CompareAndSwap(seen, n)
			}
		})
	}
	wg.Wait()
	fmt.Printf("%d 个任务做完，同时在算的不超过 P 的个数：%v\n", tasks, most.Load() <= int64(runtime.GOMAXPROCS(0)))
}

func block() {
	var wg sync.WaitGroup
	var back atomic.Int64
	for range blocked {
		wg.Go(func() {
			ts := syscall.NsecToTimespec(int64(200 * time.Millisecond))
			syscall.Nanosleep(&ts, nil) // a blocking call, not time.Sleep
			back.Add(1)
		})
	}
	time.Sleep(20 * time.Millisecond)
	fmt.Printf("%d 个都卡在系统调用里，main 照跑：%v\n", blocked, back.Load() == 0)
	threads, _ := os.ReadDir("/proc/self/task")
	fmt.Printf("线程不少于 %d 个：%v\n", blocked, len(threads) >= blocked)
	wg.Wait()
}

func main() {
	runtime.GOMAXPROCS(2)
	compute()
	block()
}
