// A root that lives long, twenty requests: forget the cancel, or defer it.
package main

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
)

// children counts what is registered below ctx, by reflection.
func children(ctx context.Context) int {
	return reflect.ValueOf(ctx).Elem().FieldByName("children").Len()
}

func request(root context.Context, tidy bool) {
	_, cancel := context.WithCancel(root)
	if tidy {
		defer cancel()
	}
}

func main() {
	before := runtime.NumGoroutine()
	careless, stopCareless := context.WithCancel(context.Background())
	for range 20 {
		request(careless, false)
	}
	fmt.Printf("忘了 cancel：20 个请求之后 children=%d\n", children(careless))
	tidy, stopTidy := context.WithCancel(context.Background())
	for range 20 {
		request(tidy, true)
	}
	fmt.Printf("defer cancel：20 个请求之后 children=%d\n", children(tidy))
	fmt.Printf("goroutine 增量：%d\n", runtime.NumGoroutine()-before)
	stopCareless()
	stopTidy()
}
