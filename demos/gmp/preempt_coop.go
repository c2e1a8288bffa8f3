// A loop with calls and a loop without: main runs before either is over.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

var sink atomic.Int64

//go:noinline
func call() {
	for t := time.Now(); time.Since(t) < 500*time.Microsecond; {
	}
}

func withCalls() {
	for range 120 {
		call()
	}
}

func withoutCalls() {
	n := int64(0)
	for i := 0; i < 200_000_000; i++ {
		n += int64(i) ^ n
	}
	sink.Store(n)
}

func race(what string, f func()) {
	var over atomic.Bool
	go func() {
		f()
		over.Store(true)
	}()
	runtime.Gosched()
	fmt.Printf("%s没跑完，main 就得到了运行： %v\n", what, !over.Load())
	for !over.Load() {
		time.Sleep(5 * time.Millisecond)
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	race("有调用的循环", withCalls)
	race("没有调用的循环", withoutCalls)
}
