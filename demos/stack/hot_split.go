// At every depth of a recursion a function is called again and again; the stack moves only as often
// as it doubles, wherever the border happens to be.
package main

import (
	"fmt"
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
func leaf(n int, x *int) byte {
	var pad [500]byte
	pad[n%500] = 1
	look(x)
	return pad[n%500]
}

//go:noinline
func deep(n int, x *int) byte {
	var pad [100]byte
	for i := 0; i < 100; i++ {
		pad[i] = leaf(i, x)
	}
	if n > 1 {
		pad[0] += deep(n-1, x)
	}
	return pad[n%100]
}

//go:noinline
func user(done chan bool) {
	x := 1
	last = uintptr(unsafe.Pointer(&x))
	deep(100, &x)
	fmt.Println("100 层，每层调用 100 次，搬家次数：", moves)
	done <- true
}

func main() {
	debug.SetGCPercent(-1)
	done := make(chan bool)
	go user(done)
	<-done
}
