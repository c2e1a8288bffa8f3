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
}
