// Twin of capacity_choice.rs: the same two speeds with three capacities.
package main

import (
	"fmt"
	"time"
)

const items, produce, consume = 24, 2 * time.Millisecond, 6 * time.Millisecond

func run(capacity int) (total, waited time.Duration) {
	ch := make(chan time.Time, capacity)
	start := time.Now()
	go func() {
		for range items {
			time.Sleep(produce)
			ch <- time.Now()
		}
		close(ch)
	}()
	for made := range ch {
		waited += time.Since(made)
		time.Sleep(consume)
	}
	return time.Since(start), waited / items
}

func main() {
	var totals, waits []time.Duration
	for _, c := range []int{0, 4, 16} {
		total, wait := run(c)
		fmt.Printf("cap=%d 总耗时 %dms 平均排队 %dms\n", c, total.Milliseconds(), wait.Milliseconds())
		totals, waits = append(totals, total), append(waits, wait)
	}
	spread := max(totals[0], totals[1], totals[2]) - min(totals[0], totals[1], totals[2])
	fmt.Printf("总耗时相差不到一成 %v\n", spread < totals[0]/10)
	fmt.Printf("平均排队随容量变长 %v\n", waits[0] < waits[1] && waits[1] < waits[2])
}
