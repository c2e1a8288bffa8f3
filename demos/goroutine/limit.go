// Three ways to let at most eight tasks work at once; and a cancel in between.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tasks = 60
	limit = 8
)

type gauge struct{ now, most, peak atomic.Int64 }

func raise(max *atomic.Int64, n int64) {
	for {
		old := max.Load()
		if n <= old || max.CompareAndSwap(old, n) {
			return
		}
	}
}

func (g *gauge) work() {
	raise(&g.most, g.now.Add(1))
	time.Sleep(20 * time.Millisecond)
	g.now.Add(-1)
}

func (g *gauge) look() { raise(&g.peak, int64(runtime.NumGoroutine()-1)) }

func (g *gauge) report(how string) {
	many := "不超过名额"
	if g.peak.Load() == tasks {
		many = "等于任务数"
	}
	fmt.Printf("%s：最多同时执行 %d 个，goroutine %s\n", how, g.most.Load(), many)
}

func semaphore(beforeStart bool) *gauge {
	g, sem := &gauge{}, make(chan bool, limit)
	var wg sync.WaitGroup
	for range tasks {
		if beforeStart {
			sem <- true
		}
		wg.Go(func() {
			if !beforeStart {
				sem <- true
			}
			g.work()
			<-sem
		})
		g.look()
	}
	wg.Wait()
	return g
}

func workers() *gauge {
	g, jobs := &gauge{}, make(chan bool)
	var wg sync.WaitGroup
	for range limit {
		wg.Go(func() {
			for range jobs {
				g.work()
			}
		})
	}
	for range tasks {
		jobs <- true
		g.look()
	}
	close(jobs)
	wg.Wait()
	return g
}

func cancelled() {
	ctx, cancel := context.WithCancel(context.Background())
	var began atomic.Int64
	var wg sync.WaitGroup
	sem := make(chan bool, limit)
	for range tasks {
		wg.Go(func() {
			select {
			case <-ctx.Done():
				return
			case sem <- true:
			}
			if ctx.Err() != nil {
				return
			}
			began.Add(1)
			time.Sleep(20 * time.Millisecond)
			<-sem
		})
	}
	time.Sleep(50 * time.Millisecond)
	before := began.Load()
	cancel()
	wg.Wait()
	fmt.Printf("取消之后又开始的：%d 个\n", began.Load()-before)
}

func main() {
	semaphore(false).report("信号量放在里面")
	semaphore(true).report("启动之前取名额")
	workers().report("固定 worker")
	cancelled()
}
