// What calls into C cost, with real cgo.
package main

/*
#include <unistd.h>
static void nothing(void) {}
static void block(int us) { usleep(us); }
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

//go:noinline
func nothing() {}

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func main() {
	const n = 100_000
	start := time.Now()
	for range n {
		C.nothing()
	}
	c := time.Since(start).Nanoseconds() / n
	start = time.Now()
	for range n {
		nothing()
	}
	fmt.Printf("一次 C 调用 %d ns，一次普通调用 %d ns\n", c, time.Since(start).Nanoseconds()/n)
	before := threads()
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() { C.block(200_000) })
	}
	time.Sleep(100 * time.Millisecond)
	fmt.Printf("12 个阻塞在 C 里，线程多了 %d 个\n", threads()-before)
	wg.Wait()
	runtime.GOMAXPROCS(1)
	var steps atomic.Int64
	go func() {
		for range 1000 {
			steps.Add(1)
			runtime.Gosched()
		}
	}()
	C.block(100_000)
	fmt.Println("一个卡在 C 里的时候，别的 goroutine 还在跑：", steps.Load() > 0)
}
