// A pointer into a stack follows the move; the same address kept as an integer does not.
package main

import (
	"fmt"
	"unsafe"
)

//go:noinline
func deep(n int) byte {
	var pad [1000]byte
	pad[n%1000] = 1
	if n > 1 {
		pad[0] += deep(n - 1)
	}
	return pad[n%1000]
}

//go:noinline
func user(done chan bool) {
	var xs [4]int
	xs[2] = 42
	p := &xs[2]
	number := uintptr(unsafe.Pointer(p))
	deep(100)
	fmt.Println("指针还指着 xs[2]：", p == &xs[2])
	fmt.Println("经指针读到：", *p)
	fmt.Println("整数还等于 xs[2] 的地址：", number == uintptr(unsafe.Pointer(&xs[2])))
	done <- true
}

func main() {
	done := make(chan bool)
	go user(done)
	<-done
}
