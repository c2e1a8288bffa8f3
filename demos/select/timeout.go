// A timer inside the loop measures idleness, one outside measures the whole; and who is left behind.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func stream(every time.Duration, quit chan bool) chan int {
	ch := make(chan int)
	go func() {
		for {
			time.Sleep(every)
			select {
			case ch <- 1:
			case <-quit:
				return
			}
		}
	}()
	return ch
}

func slow(capacity int) {
	ch := make(chan int, capacity)
	go func() {
		time.Sleep(20 * time.Millisecond)
		ch <- 1
	}()
	select {
	case <-ch:
	case <-time.After(5 * time.Millisecond):
	}
}

func main() {
	quit := make(chan bool)
	ch := stream(5*time.Millisecond, quit)
	idle := false
	for i := 0; i < 15 && !idle; i++ {
		select {
		case <-ch:
		case <-time.After(50 * time.Millisecond):
			idle = true
		}
	}
	fmt.Println("15 条消息里空闲超时触发：", idle)
	total, fired := time.After(60*time.Millisecond), false
	for !fired {
		select {
		case <-ch:
		case <-total:
			fired = true
		}
	}
	fmt.Println("总超时触发：", fired)
	close(quit)
	time.Sleep(10 * time.Millisecond)
	for _, capacity := range []int{0, 1} {
		before := runtime.NumGoroutine()
		slow(capacity)
		time.Sleep(30 * time.Millisecond)
		fmt.Println("容量", capacity, "泄漏", runtime.NumGoroutine()-before)
	}
}
