// One of five tasks fails: started bare, the others stay behind; started as a group, nobody does.
package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

const tasks, work = 5, 50 * time.Millisecond

func task(ctx context.Context, i int) error {
	if i == 2 {
		time.Sleep(2 * time.Millisecond)
		return errors.New("任务 2 失败")
	}
	select {
	case <-time.After(work):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func bare() error {
	results := make(chan error)
	for i := 1; i <= tasks; i++ {
		go func() { results <- task(context.Background(), i) }()
	}
	for range tasks {
		if err := <-results; err != nil {
			return err
		}
	}
	return nil
}

// grouped does by hand what errgroup.WithContext does.
func grouped() error {
	ctx, cancel := context.WithCancelCause(context.Background())
	var wg sync.WaitGroup
	for i := 1; i <= tasks; i++ {
		wg.Go(func() {
			if err := task(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func main() {
	before := runtime.NumGoroutine()
	err := bare()
	time.Sleep(2 * work)
	fmt.Printf("裸 go：%v，留下 %d 个\n", err, runtime.NumGoroutine()-before)
	before = runtime.NumGoroutine()
	err = grouped()
	time.Sleep(time.Millisecond) // wg.Go counts down just before the goroutine is gone
	fmt.Printf("成组启动：%v，留下 %d 个\n", err, runtime.NumGoroutine()-before)
}
