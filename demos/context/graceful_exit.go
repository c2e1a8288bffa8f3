// Three ways to treat the work in hand when the cancel comes.
package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const grace, step = 60 * time.Millisecond, 20 * time.Millisecond

func finish(ctx context.Context, how string, task <-chan time.Time) bool {
	switch how {
	case "立刻返回":
		select {
		case <-task:
			return true
		case <-ctx.Done():
			return false
		}
	case "做完再退":
		<-task
		return true
	}
	select {
	case <-task:
		return true
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	select {
	case <-task:
		return true
	case <-last.Done():
		return false
	}
}

func main() {
	for _, how := range []string{"立刻返回", "做完再退", "收尾限时"} {
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		var done, dropped atomic.Int64
		for _, left := range []int{20, 40, 120} {
			wg.Go(func() {
				task := time.After(time.Duration(left+5) * time.Millisecond)
				if finish(ctx, how, task) {
					done.Add(1)
				} else {
					dropped.Add(1)
				}
			})
		}
		time.Sleep(5 * time.Millisecond)
		start := time.Now()
		cancel()
		wg.Wait()
		fmt.Println(how, "完成", done.Load(), "作废", dropped.Load(), "退完", time.Since(start).Round(step).Milliseconds(), "ms")
	}
}
