// Who blocks is switched by what happens, who only computes by the clock.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func burn(d time.Duration) {
	for t := time.Now(); time.Since(t) < d; {
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	const messages = 100
	var wg sync.WaitGroup
	ch, back := make(chan int), make(chan int)
	wg.Go(func() {
		for range messages {
			v := <-ch
			burn(5 * time.Microsecond)
			back <- v
		}
	})
	for range messages {
		time.Sleep(20 * time.Microsecond)
		ch <- 1
		<-back
	}
	fmt.Println("I/O 型收发", messages, "次")
	for range 2 {
		wg.Go(func() { burn(35 * time.Millisecond) })
	}
	wg.Wait()
	fmt.Println("计算型跑完 2 个")
}
