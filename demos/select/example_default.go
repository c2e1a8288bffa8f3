// Two senders that are late, a timeout, and a default that wins at once.
package main

import (
	"fmt"
	"time"
)

func main() {
	ch1, ch2 := make(chan string), make(chan string)
	go func() {
		time.Sleep(1 * time.Second)
		ch1 <- "来自通道1的消息"
	}()
	go func() {
		time.Sleep(2 * time.Second)
		ch2 <- "来自通道2的消息"
	}()
	select {
	case msg1 := <-ch1:
		fmt.Println("收到：", msg1)
	case msg2 := <-ch2:
		fmt.Println("收到：", msg2)
	case <-time.After(1500 * time.Millisecond):
		fmt.Println("超时")
	default:
		fmt.Println("非阻塞模式，暂无就绪通道")
	}
	fmt.Println("程序结束")
}
