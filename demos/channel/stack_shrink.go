// The garbage collector moves the stack of a goroutine that waits in a receive; the value
// still arrives in the right place.
package main

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"
)

//go:noinline
func deep(n int) int {
	var pad [256]byte
	pad[n%256] = 1
	if n == 0 {
		return int(pad[0])
	}
	return deep(n-1) + int(pad[n%256])
}

//go:noinline
func waiter(ch chan int64, done chan bool) {
	var x int64
	before := uintptr(unsafe.Pointer(&x))
	x = <-ch
	moved := uintptr(unsafe.Pointer(&x)) != before
	fmt.Println("栈搬家了：", moved)
	fmt.Println("收到", x)
	done <- true
}

func main() {
	ch, done := make(chan int64), make(chan bool)
	go func() {
		deep(1000) // grow the stack, then come back
		waiter(ch, done)
	}()
	time.Sleep(10 * time.Millisecond)
	runtime.GC() // shrinks stacks that use less than a quarter
	runtime.GC()
	ch <- 42
	<-done
}
