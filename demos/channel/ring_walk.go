// Twin of ring_walk.rs: reads qcount, sendx and recvx of a real hchan (layout of go1.23 and later).
package main

import (
	"fmt"
	"unsafe"
)

type head struct {
	qcount, dataqsiz uint
	buf              unsafe.Pointer
	elemsize         uint16
	closed           uint32
	timer, elemtype  unsafe.Pointer
	sendx, recvx     uint
}

func show(what string, v int, ch chan int) {
	h := *(**head)(unsafe.Pointer(&ch))
	fmt.Printf("%s %d qcount=%d sendx=%d recvx=%d\n", what, v, h.qcount, h.sendx, h.recvx)
}

func main() {
	ch := make(chan int, 4)
	for v := 1; v <= 4; v++ {
		ch <- v
		show("发送", v, ch)
	}
	show("接收", <-ch, ch)
	ch <- 5
	show("发送", 5, ch)
	close(ch)
	for v := range ch {
		show("接收", v, ch)
	}
}
