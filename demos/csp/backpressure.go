// A fast sender against a slow owner: a bounded mailbox makes it wait, an unbounded one piles up.
package main

import (
	"fmt"
	"sync"
	"time"
)

const messages, pace = 12, time.Millisecond

func main() {
	mailbox, done := make(chan int, 3), make(chan bool)
	go func() {
		for range mailbox {
			time.Sleep(pace)
		}
		close(done)
	}()
	start, longest := time.Now(), 0
	for i := range messages {
		mailbox <- i
		longest = max(longest, len(mailbox))
	}
	waited := time.Since(start) >= 5*pace
	close(mailbox)
	<-done
	fmt.Println("有界邮箱最长", longest, "发送方被拖慢", waited)

	var mu sync.Mutex
	var queue []int
	peak := 0
	go func() {
		for {
			time.Sleep(pace)
			mu.Lock()
			if len(queue) > 0 {
				queue = queue[1:]
			}
			mu.Unlock()
		}
	}()
	start = time.Now()
	for i := range messages {
		mu.Lock()
		queue = append(queue, i)
		peak = max(peak, len(queue))
		mu.Unlock()
	}
	fmt.Println("无界队列堆到", peak)
}
