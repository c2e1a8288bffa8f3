// Five hundred goroutines blocked on one channel need no thread of their own.
package main

import (
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

func main() {
	const n = 500
	ch := make(chan int)
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-ch
		}()
	}
	time.Sleep(5 * time.Millisecond)
	blocked := runtime.NumGoroutine() - 1
	fmt.Println("阻塞的 goroutine：", blocked)
	few := pprof.Lookup("threadcreate").Count() < runtime.GOMAXPROCS(0)+8
	fmt.Println("线程只有几个：", few)
	close(ch)
	wg.Wait()
	fmt.Println("全部醒来并结束")
}
