// What a channel orders: an unbuffered receive comes before the end of its send, and the
// k-th receive before the end of send k+C. The buffered half has a data race on purpose.
package main

import (
	"fmt"
	"time"
)

func handOver(capacity int) string {
	var a string
	c := make(chan int, capacity)
	done := make(chan struct{})
	go func() {
		time.Sleep(10 * time.Millisecond)
		a = "写好了"
		<-c
		close(done)
	}()
	c <- 0
	seen := a
	<-done
	if seen == "" {
		return "什么也没看到"
	}
	return seen
}

func main() {
	fmt.Println("无缓冲，发送返回后读到：", handOver(0))
	fmt.Println("容量 1，发送返回后读到：", handOver(1))

	c := make(chan int, 3)
	done := make(chan struct{})
	go func() {
		for k := 1; k <= 4; k++ {
			c <- k
			fmt.Printf("第 %d 次发送完成\n", k)
		}
		close(done)
	}()
	time.Sleep(10 * time.Millisecond)
	fmt.Println("开始第 1 次接收")
	<-c
	<-done
}
