// Five runnable goroutines, then two hundred that wait.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	const waiters = 200
	var wg sync.WaitGroup
	ch := make(chan int)
	for range 5 {
		wg.Go(func() { <-ch })
	}
	time.Sleep(time.Millisecond)
	for i := range 5 {
		ch <- i
	}
	fmt.Println("唤醒了 5 个 goroutine")
	wg.Wait()
	time.Sleep(time.Millisecond)
	for range waiters {
		wg.Go(func() { <-ch })
	}
	time.Sleep(5 * time.Millisecond)
	fmt.Println("挂起的 goroutine：", runtime.NumGoroutine()-1)
	close(ch)
	wg.Wait()
}
