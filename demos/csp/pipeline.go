// Produce, process, sum up; then 200 blocked goroutines; then one cancel for all of them.
package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

func main() {
	jobs, squares := make(chan int), make(chan int)
	go func() {
		defer close(jobs)
		for i := 1; i <= 5; i++ {
			jobs <- i
		}
	}()
	go func() {
		defer close(squares)
		for v := range jobs {
			squares <- v * v
		}
	}()
	sum := 0
	for v := range squares {
		sum += v
	}
	fmt.Println("汇总", sum)

	parent, cancel := context.WithCancel(context.Background())
	ctx, stop := context.WithCancel(parent)
	defer stop()
	never := make(chan int)
	for range 200 {
		go func() {
			select {
			case <-never:
			case <-ctx.Done():
			}
		}()
	}
	time.Sleep(5 * time.Millisecond)
	fmt.Println("阻塞中的 goroutine 超过 200：", runtime.NumGoroutine() >= 201)
	cancel()
	time.Sleep(20 * time.Millisecond)
	fmt.Println("取消后剩下", runtime.NumGoroutine())
}
