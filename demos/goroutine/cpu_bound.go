// The same amount of computing in 1, 2, 4, 8, 32 pieces on two processors; and as much waiting.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

const total, piecesMax = 32, 32

var sink [piecesMax]int

// spin computes rounds times; calibrated in main to a millisecond.
func spin(i, rounds int) {
	x := i
	for j := range rounds {
		x = x*31 + j
	}
	sink[i] = x
}

// timed is the shortest of four runs: others use this machine too.
func timed(n int, f func(i int)) int64 {
	best := time.Hour
	for range 4 {
		start := time.Now()
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { f(i) })
		}
		wg.Wait()
		best = min(best, time.Since(start))
	}
	return best.Round(time.Millisecond).Milliseconds()
}

func main() {
	runtime.GOMAXPROCS(2)
	best := time.Hour
	for range 4 {
		start := time.Now()
		spin(0, 10_000_000)
		best = min(best, time.Since(start))
	}
	perMs := int(10_000_000 * time.Millisecond / best)
	for _, n := range []int{1, 2, 4, 8, piecesMax} {
		fmt.Printf("计算切成 %d 份：%d ms\n", n, timed(n, func(i int) { spin(i, perMs*total/n) }))
	}
	fmt.Printf("%d 个各等 10 ms：%d ms\n", piecesMax, timed(piecesMax, func(int) { time.Sleep(10 * time.Millisecond) }))

	runtime.GOMAXPROCS(1)
	var wg sync.WaitGroup
	var ran, done time.Duration
	begin := time.Now()
	wg.Go(func() { ran = time.Since(begin) })
	wg.Go(func() { spin(0, perMs*300); done = time.Since(begin) }) // the newest one runs first
	wg.Wait()
	when := "等到循环结束"
	if ran < done/2 {
		when = "循环还没完就跑上了"
	}
	fmt.Println("1 个 P 上有个紧循环，另一个 goroutine：" + when)
}
