// Twin of ownership.rs: who closes, and what happens to the others.
package main

import (
	"fmt"
	"sync"
)

func main() {
	// one sender, it closes
	own := make(chan int, 3)
	go func() {
		defer close(own)
		for v := 1; v <= 3; v++ {
			own <- v
		}
	}()
	got := []int{}
	for v := range own {
		got = append(got, v)
	}
	fmt.Println("发送者关闭：收到", got)

	// the receiver closes first
	data, closed, said := make(chan int), make(chan struct{}), make(chan any, 1)
	go func() {
		defer func() { said <- recover() }()
		data <- 1
		<-closed
		data <- 2
	}()
	<-data
	close(data)
	close(closed)
	fmt.Println("接收者抢先关闭：发送者", <-said)

	// three senders, a coordinator closes
	many := make(chan int, 2)
	var wg sync.WaitGroup
	for s := range 3 {
		wg.Go(func() {
			many <- s
			many <- s + 10
		})
	}
	go func() { wg.Wait(); close(many) }()
	n := 0
	for range many {
		n++
	}
	fmt.Printf("协调者关闭：发出 6 个 收到 %d 个\n", n)
}
