// The same two tasks, picked by virtual run time and picked in the order of the queue.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const turns = 8

// Picks the task with the least virtual time; percent of the CPU that the first got.
func byVirtualTime(weights [2]uint64) uint64 {
	var vruntime, cpu [2]uint64
	turn := [2]uint64{4_000_000, 1_000_000}
	for range 10_000 {
		i := 0
		if vruntime[1] < vruntime[0] {
			i = 1
		}
		cpu[i] += turn[i]
		vruntime[i] += turn[i] * 1024 / weights[i]
	}
	return cpu[0] * 100 / (cpu[0] + cpu[1])
}

func main() {
	for _, w := range []uint64{1, 2, 4} {
		fmt.Printf("按虚拟时间：权重 %d:1，甲得到 CPU 的 %d%%\n", w, byVirtualTime([2]uint64{w * 1024, 1024}))
	}
	runtime.GOMAXPROCS(1)
	var long, short atomic.Int32
	var wg sync.WaitGroup
	burn := func(d time.Duration) {
		for t := time.Now(); time.Since(t) < d; {
		}
	}
	for _, task := range []struct {
		n    *atomic.Int32
		turn time.Duration
	}{{&long, 400 * time.Microsecond}, {&short, 100 * time.Microsecond}} {
		wg.Go(func() {
			for range turns {
				task.n.Add(1)
				burn(task.turn)
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	fmt.Printf("Go 的队列：长的轮到 %d 次，短的轮到 %d 次，一轮耗时 4 : 1\n", long.Load(), short.Load())
}
