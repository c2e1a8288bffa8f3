// Twin of make_layout.rs: what four kinds of make cost on the real heap (64-bit, go1.25 and later).
package main

import (
	"fmt"
	"runtime"
	"testing"
)

var (
	ints     chan int
	empties  chan struct{}
	pointers chan *int
)

func cost(what string, f func()) {
	times := testing.AllocsPerRun(1000, f)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1000 {
		f()
	}
	runtime.ReadMemStats(&after)
	fmt.Printf("%s：%d 字节 %.0f 次\n", what, (after.TotalAlloc-before.TotalAlloc)/1000, times)
}

func main() {
	cost("make(chan int)", func() { ints = make(chan int) })
	cost("make(chan struct{}, 100)", func() { empties = make(chan struct{}, 100) })
	cost("make(chan int, 16)", func() { ints = make(chan int, 16) })
	cost("make(chan *int, 16)", func() { pointers = make(chan *int, 16) })
}
