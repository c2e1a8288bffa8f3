// A library that makes its own root context, and one that hands its caller's context on.
package main

import (
	"context"
	"fmt"
	"time"
)

type traceKey struct{}

func query(ctx context.Context) string {
	end := "做完"
	select {
	case <-time.After(60 * time.Millisecond):
	case <-ctx.Done():
		end = ctx.Err().Error()
	}
	return fmt.Sprint(end, " trace=", ctx.Value(traceKey{}))
}

func saveOwnRoot(context.Context) string    { return query(context.Background()) }
func saveHandOn(ctx context.Context) string { return query(ctx) }

func main() {
	for _, lib := range []struct {
		name string
		save func(context.Context) string
	}{{"自己用 Background:", saveOwnRoot}, {"把 ctx 传下去:", saveHandOn}} {
		ctx, cancel := context.WithCancel(context.WithValue(context.Background(), traceKey{}, "abc"))
		time.AfterFunc(10*time.Millisecond, cancel)
		fmt.Println(lib.name, lib.save(ctx))
	}
}
