// time.After in a loop: what is left behind, and what Stop promises, since Go 1.23.
package main

import (
	"fmt"
	"time"
)

func main() {
	ready := make(chan int)
	close(ready)
	for range 100 {
		select {
		case <-ready:
		case <-time.After(time.Hour):
		}
	}
	t := time.NewTimer(time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	fmt.Println("到期后 len", len(t.C), "cap", cap(t.C))
	fmt.Println("Stop", t.Stop())
	select {
	case <-t.C:
		fmt.Println("收到旧值")
	default:
		fmt.Println("没有旧值")
	}
	t.Reset(time.Millisecond)
	<-t.C
	fmt.Println("Reset 后等到新的一次")
}
