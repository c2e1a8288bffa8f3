// A goroutine's stack grows while a recursion deepens and shrinks at collections afterwards. The
// address of one local variable shows every move.
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

// look counts a move when x is not where it was the last time.
func look(x *int) {
	if at := uintptr(unsafe.Pointer(x)); at != last {
		last = at
		moves++
	}
}

//go:noinline
func deep(n int, x *int) byte {
	var pad [1000]byte
	pad[n%1000] = 1
	look(x)
	if n > 1 {
		pad[0] += deep(n-1, x)
	}
	return pad[n%1000]
}

//go:noinline
func user(done chan bool) {
	x := 42
	last = uintptr(unsafe.Pointer(&x))
	deep(700, &x)
	fmt.Println("加深 700 层，搬家次数：", moves)
	p := &x
	fmt.Println("搬完之后经指针读到：", *p)
	fmt.Print("之后每轮 GC 搬家次数：")
	for i := 0; i < 10; i++ {
		moves = 0
		runtime.GC()
		look(&x)
		fmt.Print(" ", moves)
	}
	fmt.Println()
	done <- true
}

func main() {
	debug.SetGCPercent(-1)
	done := make(chan bool)
	go user(done)
	<-done
}
