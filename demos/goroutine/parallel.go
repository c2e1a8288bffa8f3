// Four tasks of 5 ms on one processor and on four; and a lost update on one processor.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

var sink [4]int

func spin(i, rounds int) {
	x := i
	for j := range rounds {
		x = x*31 + j
	}
	sink[i] = x
}

func fourTasks(procs, perMs int) time.Duration {
	runtime.GOMAXPROCS(procs)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 5 {
				spin(i, perMs)
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

func main() {
	best := time.Hour
	for range 4 {
		start := time.Now()
		spin(0, 10_000_000)
		best = min(best, time.Since(start))
	}
	perMs := int(10_000_000 * time.Millisecond / best)
	for _, procs := range []int{1, 4} {
		took := fourTasks(procs, perMs)
		fmt.Printf("%d 个 P：4 个任务各算 5 ms，一共 %d ms\n", procs, took.Milliseconds())
	}

	runtime.GOMAXPROCS(1)
	count := 0
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 100 {
				old := count
				runtime.Gosched()
				count = old + 1
			}
		})
	}
	wg.Wait()
	fmt.Printf("1 个 P，没有加锁，丢了更新：%v\n", count < 200)
}
