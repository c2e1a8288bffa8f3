// Twin of full_with_waiter.rs: a full buffer, one more sender waiting, three receives.
package main

import (
	"fmt"
	"time"
)

func main() {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	go func() { ch <- 3 }()
	time.Sleep(20 * time.Millisecond) // the sender waits by now
	fmt.Printf("满 len=%d\n", len(ch))
	for range 3 {
		v := <-ch
		fmt.Printf("接收 %d len=%d\n", v, len(ch))
	}
}
