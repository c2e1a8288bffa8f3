// A handler starts background tasks with three different contexts and returns at once.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

type traceKey struct{}

func audit(ctx context.Context) string {
	end := "完成"
	select {
	case <-time.After(20 * time.Millisecond):
	case <-ctx.Done():
		end = ctx.Err().Error()
	}
	return fmt.Sprint(end, " trace=", ctx.Value(traceKey{}))
}

func main() {
	names := []string{"r.Context():", "WithoutCancel:", "Background:"}
	ends := make([]string, 3)
	var wg sync.WaitGroup
	func() { // the handler
		req, cancel := context.WithTimeout(context.WithValue(context.Background(), traceKey{}, "abc"), time.Second)
		defer cancel() // net/http cancels when ServeHTTP returns
		free := context.WithoutCancel(req)
		_, limited := free.Deadline()
		fmt.Println("WithoutCancel 的 Done 为 nil", free.Done() == nil, "有截止", limited)
		for i, ctx := range []context.Context{req, free, context.Background()} {
			wg.Go(func() { ends[i] = audit(ctx) })
		}
	}()
	wg.Wait()
	for i, end := range ends {
		fmt.Println(names[i], end)
	}
}
