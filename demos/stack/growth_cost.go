// Who grows often: many short goroutines, each from the smallest stack; not the one that stays.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"unsafe"
)

var (
	last  uintptr
	moves int
)

func look(x *int) {
	if at := uintptr(unsafe.Pointer(x)); at != last {
		last = at
		moves++
	}
}

//go:noinline
func deep(n int, x *int, bottom func()) byte {
	var pad [1000]byte
	pad[n%1000] = 1
	look(x)
	if n > 1 {
		pad[0] += deep(n-1, x, bottom)
	} else {
		bottom()
	}
	return pad[n%1000]
}

// task needs about 45 KiB of stack.
//
//go:noinline
func task(bottom func()) {
	x := 1
	last = uintptr(unsafe.Pointer(&x))
	deep(40, &x, bottom)
}

func short(n int) int {
	moves = 0
	done := make(chan bool)
	for i := 0; i < n; i++ {
		go func() { task(func() {}); done <- true }()
		<-done
	}
	return moves
}

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	fmt.Println("100 个短命协程，搬家次数：", short(100))

	jobs, done := make(chan int), make(chan bool)
	go func() {
		for range jobs {
			task(func() {})
		}
		done <- true
	}()
	moves = 0
	for i := 0; i < 100; i++ {
		jobs <- i
	}
	close(jobs)
	<-done
	fmt.Println("1 个常驻协程跑 100 个任务，搬家次数：", moves)

	// A collection while 100 deep stacks are alive teaches the runtime to start larger.
	stop := make(chan bool)
	for i := 0; i < 100; i++ {
		go func() { task(func() { done <- true; <-stop }); done <- true }()
	}
	for i := 0; i < 100; i++ {
		<-done
	}
	runtime.GC()
	close(stop)
	for i := 0; i < 100; i++ {
		<-done
	}
	fmt.Println("一次 GC 之后再来 100 个，搬家次数：", short(100))
}
