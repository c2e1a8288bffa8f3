// Twenty requests time out before the answer comes: with no room, and with room for one.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const requests = 20

func handle(capacity int, computed *atomic.Int64) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	result := make(chan int, capacity)
	go func() {
		time.Sleep(50 * time.Millisecond)
		computed.Add(1)
		result <- 1
	}()
	select {
	case <-result:
	case <-ctx.Done():
	}
}

func round(capacity int) {
	before := runtime.NumGoroutine()
	var computed atomic.Int64
	for range requests {
		handle(capacity, &computed)
	}
	time.Sleep(150 * time.Millisecond)
	fmt.Printf("超时 %d 次：漏 %d 个，后台照样算完 %d 次\n", requests, runtime.NumGoroutine()-before, computed.Load())
}

func main() {
	round(0)
	round(1)
}
