// A handler with a time limit: four situations, five requests each, and the workers left behind.
package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
)

const limit = 30 * time.Millisecond

func handler(req context.Context, query time.Duration, capacity int) string {
	ctx, cancel := context.WithTimeout(req, limit)
	defer cancel()
	ch := make(chan error, capacity)
	go func() {
		select {
		case <-time.After(query):
			ch <- nil
		case <-ctx.Done():
			ch <- ctx.Err()
		}
	}()
	select {
	case err := <-ch:
		if err != nil {
			return "500"
		}
		return "200"
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "504"
		}
		return "不写"
	}
}

func scene(name string, query, gone time.Duration, capacity int) {
	before := runtime.NumGoroutine()
	var got []string
	for range 5 {
		req, disconnect := context.WithCancel(context.Background())
		t := time.AfterFunc(gone, disconnect)
		got = append(got, handler(req, query, capacity))
		t.Stop()
		disconnect()
	}
	time.Sleep(2 * query)
	fmt.Println(name, strings.Join(got, " "), "泄漏", runtime.NumGoroutine()-before)
}

func main() {
	scene("查询 2 倍于限时:", 2*limit, time.Hour, 1)
	scene("查询够快:", limit/10, time.Hour, 1)
	scene("客户端先断开:", 2*limit, limit/3, 1)
	scene("结果 channel 容量 0:", 2*limit, time.Hour, 0)
}
