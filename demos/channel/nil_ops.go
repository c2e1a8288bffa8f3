// Twin of nil_ops.rs: every operation on a nil channel, and what nil is good for in select.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"time"
)

func reason(f func()) string {
	go f()
	time.Sleep(5 * time.Millisecond)
	dump := make([]byte, 1<<16)
	dump = dump[:runtime.Stack(dump, true)]
	all := regexp.MustCompile(`\[(chan [^\],]*)`).FindAllSubmatch(dump, -1)
	return string(all[len(all)-1][1])
}

func main() {
	var ch chan int
	fmt.Printf("len=%d cap=%d\n", len(ch), cap(ch))
	select {
	case <-ch:
		fmt.Println("非阻塞接收 成功")
	default:
		fmt.Println("非阻塞接收 走 default")
	}
	select {
	case ch <- 1:
		fmt.Println("非阻塞发送 成功")
	default:
		fmt.Println("非阻塞发送 走 default")
	}
	func() {
		defer func() { fmt.Println("关闭 panic", recover()) }()
		close(ch)
	}()
	fmt.Println("阻塞接收", reason(func() { <-ch }))
	fmt.Println("阻塞发送", reason(func() { ch <- 1 }))

	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 2
	close(a)
	close(b)
	sum, loops := 0, 0
	for a != nil || b != nil {
		loops++
		select {
		case v, ok := <-a:
			if sum += v; !ok {
				a = nil
			}
		case v, ok := <-b:
			if sum += v; !ok {
				b = nil
			}
		}
	}
	fmt.Printf("合并两路 和 %d 循环 %d 次\n", sum, loops)
}
