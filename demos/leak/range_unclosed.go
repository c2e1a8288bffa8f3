// The creator has gone, nobody else uses the channel, yet nothing is garbage: the waiter holds it.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

type payload struct{ data [256]byte }

var freed atomic.Int64

//go:noinline
func leakyServer() chan int {
	ch := make(chan int)
	held := &payload{}
	runtime.AddCleanup(held, func(int) { freed.Add(1) }, 0)
	go func() {
		for range ch {
		}
		held.data[0] = 1
	}()
	return ch
}

func collect() {
	for range 3 {
		time.Sleep(5 * time.Millisecond)
		runtime.GC()
	}
	time.Sleep(5 * time.Millisecond)
}

func main() {
	before := runtime.NumGoroutine()
	for range 3 {
		leakyServer() // from now on only the waiter has the channel
	}
	collect()
	fmt.Printf("没人关：泄漏 %d 个，数据释放 %d / 3\n", runtime.NumGoroutine()-before, freed.Load())

	freed.Store(0)
	before = runtime.NumGoroutine()
	for range 3 {
		close(leakyServer())
	}
	collect()
	fmt.Printf("有人关：泄漏 %d 个，数据释放 %d / 3\n", runtime.NumGoroutine()-before, freed.Load())
}
