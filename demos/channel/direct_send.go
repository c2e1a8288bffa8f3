// Twin of direct_send.rs: who runs after a send that wakes a receiver, on one processor.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	ch := make(chan int, 1)
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Println("接收者 得到", <-ch) })
	time.Sleep(2 * time.Millisecond) // the receiver waits by now
	wg.Go(func() { fmt.Println("A") })
	wg.Go(func() { fmt.Println("B") })
	ch <- 1
	fmt.Println("发送方继续 len =", len(ch))
	wg.Wait()
}
