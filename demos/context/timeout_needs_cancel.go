// Fifty timeouts of an hour, done at once: with and without the cancel.
package main

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"time"
)

// children counts what is registered below ctx, by reflection.
func children(ctx context.Context) int {
	return reflect.ValueOf(ctx).Elem().FieldByName("children").Len()
}

func jobs(parent context.Context, call bool) {
	for range 50 {
		_, cancel := context.WithTimeout(parent, time.Hour)
		if call {
			cancel()
		}
	}
}

func main() {
	before := runtime.NumGoroutine()
	careless, stopCareless := context.WithCancel(context.Background())
	jobs(careless, false)
	fmt.Printf("不 cancel：父的 children=%d\n", children(careless))
	tidy, stopTidy := context.WithCancel(context.Background())
	jobs(tidy, true)
	fmt.Printf("都 cancel：父的 children=%d\n", children(tidy))

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	<-ctx.Done()
	fmt.Printf("到期：%v\n", ctx.Err())
	cancel()
	fmt.Printf("再 cancel：%v\n", ctx.Err())
	time.Sleep(5 * time.Millisecond)
	fmt.Printf("goroutine 增量：%d\n", runtime.NumGoroutine()-before)
	stopCareless()
	stopTidy()
}
