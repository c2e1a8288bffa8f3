// Twin of send_path.rs: the three ways a send ends, told apart by qcount and sendx of a real hchan.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"time"
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

func show(what string, ch chan int) {
	h := *(**head)(unsafe.Pointer(&ch))
	fmt.Printf("%s qcount=%d sendx=%d\n", what, h.qcount, h.sendx)
}

func main() {
	ch, got := make(chan int, 2), make(chan int, 1)
	go func() { got <- <-ch }()
	time.Sleep(10 * time.Millisecond) // the receiver waits by now
	ch <- 1
	show("有等待的接收者", ch)
	<-got
	ch <- 2
	show("缓冲未满", ch)
	ch <- 3
	show("缓冲未满", ch)
	go func() { ch <- 4 }()
	time.Sleep(10 * time.Millisecond)
	show("缓冲已满", ch)
	dump := make([]byte, 1<<16)
	dump = dump[:runtime.Stack(dump, true)]
	fmt.Println("发送者停在", string(regexp.MustCompile(`\[(chan send)\]`).FindSubmatch(dump)[1]))
	fmt.Println("依次收到", <-ch, <-ch, <-ch)
}
