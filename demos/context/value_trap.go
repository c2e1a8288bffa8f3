// Three traps of context values: shadowing, a failed assertion, shared mutable values.
package main

import (
	"context"
	"fmt"
	"sync"
)

type userKey struct{}
type traceKey struct{}
type hitsKey struct{}

func mustTrace(ctx context.Context) (id string, panicked any) {
	defer func() { panicked = recover() }()
	return ctx.Value(traceKey{}).(string), nil
}

func main() {
	up := context.WithValue(context.Background(), userKey{}, 1)
	down := context.WithValue(up, userKey{}, 2)
	fmt.Println("上游", up.Value(userKey{}), "下游", down.Value(userKey{}))

	if id, p := mustTrace(down); p != nil {
		fmt.Println("断言 panic:", p)
	} else {
		fmt.Println("断言得到", id)
	}

	hits := new(int)
	ctx := context.WithValue(down, hitsKey{}, hits)
	var read, end sync.WaitGroup
	read.Add(2)
	for range 2 {
		end.Go(func() {
			n := ctx.Value(hitsKey{}).(*int)
			seen := *n
			read.Done()
			read.Wait() // both have read before either writes
			*n = seen + 1
		})
	}
	end.Wait()
	fmt.Println("两次加一之后", *hits)
}
