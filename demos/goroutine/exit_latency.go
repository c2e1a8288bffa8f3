// How long a worker takes to notice the cancel: polling with default and Sleep, or waiting in select.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const round = 100 * time.Millisecond

func poller(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		default:
		}
		time.Sleep(round)
	}
}

func waiter(ctx context.Context) {
	tick := time.NewTicker(round)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func measure(name string, worker func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			worker(ctx)
			time.Sleep(time.Millisecond) // tidies up
		})
	}
	time.Sleep(2*round + 5*time.Millisecond)
	start := time.Now()
	cancel()
	wg.Wait()
	how := "立刻退出"
	if time.Since(start) >= round/2 {
		how = "等完这一轮才退出"
	}
	fmt.Printf("%s：%s\n", name, how)
}

func main() {
	measure("default 加 Sleep", poller)
	measure("放进 select", waiter)
}
