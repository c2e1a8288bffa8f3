// A worker that polls with default and Sleep, and one that blocks in select.
package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const beat = 100 * time.Millisecond

func poll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		default:
			time.Sleep(beat)
		}
	}
}

func block(ctx context.Context) {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func main() {
	for _, v := range []struct {
		name string
		work func(context.Context)
	}{{"轮询版", poll}, {"阻塞版", block}} {
		ctx, cancel := context.WithCancel(context.Background())
		var left atomic.Int64
		end := make(chan bool)
		go func() {
			v.work(ctx)
			left.Store(time.Now().UnixNano())
			close(end)
		}()
		time.Sleep(140 * time.Millisecond)
		start := time.Now()
		cancel()
		time.Sleep(30 * time.Millisecond) // the sleep that main takes for a wait
		fmt.Println(v.name, "main 要返回时 worker 已退出", left.Load() != 0)
		<-end
		delay := time.Duration(left.Load() - start.UnixNano())
		fmt.Println(v.name, "退出延迟", delay.Round(20*time.Millisecond).Milliseconds(), "ms")
	}
}
