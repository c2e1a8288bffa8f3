// A hundred goroutines share one context; eight cancel it at once, each with its own reason.
package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	mark := 0
	var saw atomic.Int64
	var watchers, cancellers sync.WaitGroup
	for range 100 {
		watchers.Go(func() {
			<-ctx.Done()
			if mark == 1 {
				saw.Add(1)
			}
		})
	}
	mark = 1 // an ordinary write before the cancel
	reasons := make([]error, 8)
	for i := range reasons {
		cancellers.Go(func() {
			cancel(fmt.Errorf("原因 %d", i))
			reasons[i] = context.Cause(ctx)
		})
	}
	cancellers.Wait()
	watchers.Wait()
	kinds := map[string]bool{}
	for _, r := range reasons {
		kinds[r.Error()] = true
	}
	fmt.Println("收到 Done 后看到标记的", saw.Load())
	fmt.Println("8 次 cancel 之后看到的原因种数", len(kinds))
}
