// Four workers, ten jobs, three ways to say "stop".
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

func run(how string) (handled int64, left int) {
	before := runtime.NumGoroutine()
	jobs, done := make(chan int, 10), make(chan struct{})
	var n atomic.Int64
	if how == "close(jobs)" {
		for j := range 10 {
			jobs <- j
		}
	}
	for range 4 {
		go func() {
			for {
				select {
				case <-done:
					return
				case _, ok := <-jobs:
					if !ok {
						return
					}
					n.Add(1)
				}
			}
		}()
	}
	if how == "close(jobs)" {
		close(jobs)
	} else {
		time.Sleep(10 * time.Millisecond)
		if how == "发送一次" {
			done <- struct{}{}
		} else {
			close(done)
		}
	}
	time.Sleep(10 * time.Millisecond)
	return n.Load(), runtime.NumGoroutine() - before
}

func main() {
	for _, how := range []string{"发送一次", "close(done)", "close(jobs)"} {
		handled, left := run(how)
		fmt.Printf("%s：处理 %d 个，没退出 %d 个\n", how, handled, left)
	}
}
