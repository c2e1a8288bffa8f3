// Values are looked up along the parents, one comparison a node; writing again shadows.
package main

import (
	"context"
	"fmt"
)

type (
	trace struct{}
	user  struct{}
	level int
)

func main() {
	old := context.WithValue(context.Background(), trace{}, "t1")
	fresh := context.WithValue(old, trace{}, "t2")
	fmt.Printf("旧的 trace：%v\n", old.Value(trace{}))
	fmt.Printf("新的 trace：%v\n", fresh.Value(trace{}))

	child := context.WithValue(old, user{}, "u7")
	sibling, stop := context.WithCancel(old)
	fmt.Printf("user：子=%v 父=%v 兄弟=%v\n", child.Value(user{}), old.Value(user{}), sibling.Value(user{}))
	stop()

	deep := context.Background()
	for i := 1; i <= 10; i++ {
		deep = context.WithValue(deep, level(i), i)
	}
	fmt.Printf("10 层之外的值：%v\n", deep.Value(level(1)))
}
