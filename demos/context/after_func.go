// Two hundred callbacks on one context, beside two hundred goroutines that wait for Done.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const n = 200

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	var ran, woken atomic.Int64
	before := runtime.NumGoroutine()
	var stops []func() bool
	for range n {
		stops = append(stops, context.AfterFunc(ctx, func() { ran.Add(1) }))
	}
	fmt.Println("登记 AfterFunc 多出的 goroutine", runtime.NumGoroutine()-before)

	before = runtime.NumGoroutine()
	for range n {
		go func() {
			<-ctx.Done()
			woken.Add(1)
		}()
	}
	fmt.Println("各等 Done 多出的 goroutine", runtime.NumGoroutine()-before)

	fmt.Println("取消之前 stop", stops[0](), "再 stop", stops[0]())
	cancel()
	time.Sleep(50 * time.Millisecond)
	fmt.Println("回调执行", ran.Load(), "等待者醒来", woken.Load())
}
