// Hundreds of parked goroutines on a handful of threads.
package main

import (
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

const many = 300

func threads() int { return pprof.Lookup("threadcreate").Count() }

func parked(n int) int {
	gate := make(chan bool)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { <-gate })
	}
	time.Sleep(20 * time.Millisecond)
	now := threads()
	close(gate)
	wg.Wait()
	return now
}

func creatorFirst() string {
	creatorGone, report := make(chan bool), make(chan string, 1)
	go func() {
		defer close(creatorGone)
		go func() {
			<-creatorGone
			time.Sleep(time.Millisecond)
			report <- "创建者先退出，被创建者照样做完"
		}()
	}()
	return <-report
}

func main() {
	few := parked(1)
	grown := "没有跟着涨"
	if parked(many)-few > 5 {
		grown = "跟着涨"
	}
	fmt.Printf("%d 个 goroutine 挂起：线程%s\n", many, grown)
	time.Sleep(time.Millisecond)
	fmt.Printf("全部唤醒之后，剩下 %d 个 goroutine\n", runtime.NumGoroutine())
	fmt.Println(creatorFirst())
}
