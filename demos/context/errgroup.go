// Tasks that fail together: the first error is returned and cancels the rest. errgroup is not in the
// standard library, so its few lines stand here.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelCauseFunc
	sem    chan bool
}

func withContext(parent context.Context) (*group, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	return &group{cancel: cancel}, ctx
}

func (g *group) run(f func() error) {
	if g.sem != nil {
		g.sem <- true
	}
	g.wg.Go(func() {
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err; g.cancel(err) })
		}
		if g.sem != nil {
			<-g.sem
		}
	})
}

func (g *group) wait() error {
	g.wg.Wait()
	g.cancel(g.err)
	return g.err
}

func main() {
	g, ctx := withContext(context.Background())
	ends := make([]error, 5)
	for i := range ends {
		g.run(func() error {
			if i == 2 {
				time.Sleep(10 * time.Millisecond)
				ends[i] = errors.New("任务 3 失败")
				return ends[i]
			}
			select {
			case <-time.After(200 * time.Millisecond):
			case <-ctx.Done():
				ends[i] = ctx.Err()
			}
			return ends[i]
		})
	}
	err := g.wait()
	for i, e := range ends {
		fmt.Println("任务", i+1, "结束:", e)
	}
	fmt.Println("Wait 返回:", err)
	fmt.Println("Cause:", context.Cause(ctx))

	g, _ = withContext(context.Background())
	g.sem = make(chan bool, 2)
	var now, most atomic.Int64
	for range 6 {
		g.run(func() error {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
			return nil
		})
	}
	fmt.Println("SetLimit(2):", g.wait(), "最多同时", most.Load())
}
