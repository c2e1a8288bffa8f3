// One select waits on three channels; the winner's siblings leave their queues.
package main

import (
	"fmt"
	"time"
)

func main() {
	a, b, c := make(chan int), make(chan int), make(chan int)
	done := make(chan struct{})
	go func() {
		select {
		case v := <-a:
			fmt.Println("a 收到", v)
		case v := <-b:
			fmt.Println("b 收到", v)
		case v := <-c:
			fmt.Println("c 收到", v)
		}
		close(done)
	}()
	time.Sleep(10 * time.Millisecond) // let it park on all three
	b <- 7
	<-done
	for _, q := range []struct {
		name string
		ch   chan int
	}{{"a", a}, {"b", b}, {"c", c}} {
		select {
		case q.ch <- 1:
			fmt.Println(q.name, "还有人等：true")
		default:
			fmt.Println(q.name, "还有人等：false")
		}
	}
}
