// No priorities: the urgent one starts in its place.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	const ahead = 10
	var wg sync.WaitGroup
	var alone, place atomic.Int64
	wg.Go(func() { alone.Add(1) })
	wg.Wait()
	fmt.Println("低载：第", alone.Load(), "个开始")
	crowd := func() {
		for range ahead {
			wg.Go(func() {
				place.Add(1)
				for t := time.Now(); time.Since(t) < time.Millisecond; {
				}
			})
		}
	}
	crowd()
	start := int64(0)
	wg.Go(func() { start = place.Add(1) })
	crowd()
	wg.Wait()
	fmt.Println("满载：急的第", start, "个开始")
	fmt.Println("满载：一共开始了", place.Load(), "个")
}
