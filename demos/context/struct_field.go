// One context in a struct field, or one context for each call.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

type client struct{ ctx context.Context }

func fetch(ctx context.Context, work time.Duration) string {
	select {
	case <-time.After(work):
		return "完成"
	case <-ctx.Done():
		return "超时"
	}
}

func (c client) fetch(work time.Duration) string { return fetch(c.ctx, work) }

func both(short, long func() string) (s, l string) {
	var wg sync.WaitGroup
	wg.Go(func() { s = short() })
	wg.Go(func() { l = long() })
	wg.Wait()
	return
}

func main() {
	bg := context.Background()
	ctx, cancel := context.WithTimeout(bg, 10*time.Millisecond)
	c := client{ctx}
	s, l := both(
		func() string { return c.fetch(60 * time.Millisecond) },
		func() string { return c.fetch(30 * time.Millisecond) },
	)
	cancel()
	fmt.Println("字段版 短截止的调用", s, "长截止的调用", l)

	short, cancel1 := context.WithTimeout(bg, 10*time.Millisecond)
	long, cancel2 := context.WithTimeout(bg, time.Second)
	defer cancel1()
	defer cancel2()
	s, l = both(
		func() string { return fetch(short, 60*time.Millisecond) },
		func() string { return fetch(long, 30*time.Millisecond) },
	)
	fmt.Println("参数版 短截止的调用", s, "长截止的调用", l)
}
