// Four hops of 40 ms under a budget of 100 ms: one deadline for all, or a fresh one for each hop.
package main

import (
	"context"
	"fmt"
	"time"
)

const budget, work, step = 100 * time.Millisecond, 40 * time.Millisecond, 20 * time.Millisecond

func hop(mode string, n int, ctx context.Context, done *[]time.Time) {
	if n > 4 || ctx.Err() != nil {
		return
	}
	next := ctx
	if mode == "各自计时" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.Background(), budget)
		defer cancel()
		next = context.Background()
	}
	deadline, _ := ctx.Deadline()
	fmt.Printf("%s 第 %d 跳 剩余 %d ms\n", mode, n, time.Until(deadline).Round(step).Milliseconds())
	select {
	case <-time.After(work):
	case <-ctx.Done():
		return
	}
	*done = append(*done, time.Now())
	hop(mode, n+1, next, done)
}

func main() {
	for _, mode := range []string{"沿用截止", "各自计时"} {
		ctx, cancel := context.WithTimeout(context.Background(), budget)
		var done []time.Time
		end := make(chan bool)
		go func() { hop(mode, 1, ctx, &done); close(end) }()
		<-ctx.Done()
		gaveUp := time.Now()
		cancel()
		<-end
		late := 0
		for _, t := range done {
			if t.After(gaveUp) {
				late++
			}
		}
		fmt.Println(mode, "入口放弃之后又做完", late, "跳")
	}
}
