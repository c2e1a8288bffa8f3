// GOMAXPROCS: the rule for the default, old values, and who counts.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The rule of adjustCgroupGOMAXPROCS, quota in thousandths of a CPU.
func defaultProcs(cpus, quota int) int {
	if quota == 0 {
		return cpus
	}
	return min(cpus, max((quota+999)/1000, 2))
}

func main() {
	for _, quota := range []int{500, 1500, 2200, 0} {
		fmt.Printf("8 核，配额 %d 千分之一核：默认 %d\n", quota, defaultProcs(8, quota))
	}
	runtime.GOMAXPROCS(2)
	fmt.Println("改成 1，原来是", runtime.GOMAXPROCS(1))
	var wg sync.WaitGroup
	var ran atomic.Bool
	wg.Go(func() { ran.Store(true) })
	ts := syscall.NsecToTimespec(int64(100 * time.Millisecond))
	syscall.Nanosleep(&ts, nil)
	fmt.Println("卡在调用里的时候，另一个跑完了：", ran.Load())
	wg.Wait()
	fmt.Println("改成 3，原来是", runtime.GOMAXPROCS(3))
}
