// What a value lookup costs: comparisons by depth. Every layer here counts the lookups that pass.
package main

import (
	"context"
	"fmt"
)

type key int

type counted struct {
	context.Context
	looks *int
}

func (c counted) Value(k any) any {
	*c.looks++
	return c.Context.Value(k)
}

func main() {
	for _, depth := range []int{1, 10, 100} {
		looks := 0
		ctx := context.Background()
		for i := range depth {
			ctx = counted{context.WithValue(ctx, key(i), i), &looks}
		}
		ctx.Value(key(0)) // stored first, so it lies deepest
		fmt.Println(depth, "层 比较", looks, "次")
	}
}
