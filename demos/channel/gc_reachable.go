// An unreferenced channel is garbage without close; one with a blocked goroutine is not.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

type payload struct{ data [64]byte }

var freed atomic.Int64

func tracked() *payload {
	p := &payload{}
	runtime.AddCleanup(p, func(int) { freed.Add(1) }, 0)
	return p
}

//go:noinline
func nobody() {
	for range 3 {
		ch := make(chan *payload, 1)
		ch <- tracked()
	}
}

//go:noinline
func blocked() {
	for range 3 {
		ch := make(chan *payload, 1)
		ch <- tracked()
		go func() { ch <- nil }() // full: waits for ever
	}
}

func count(f func()) int64 {
	freed.Store(0)
	f()
	time.Sleep(2 * time.Millisecond)
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return freed.Load()
}

func main() {
	fmt.Println("没人阻塞：回收", count(nobody), "/ 3")
	fmt.Println("有人阻塞：回收", count(blocked), "/ 3")
}
