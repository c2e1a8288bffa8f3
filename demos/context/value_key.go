// Two packages, one word: string keys collide without a sound, types of one's own do not.
package main

import (
	"context"
	"fmt"
)

// keyA and keyB stand for an unexported key type of two packages.
type (
	keyA struct{}
	keyB struct{}
	id   int
)

func main() {
	ctx := context.WithValue(context.Background(), "userID", "A")
	ctx = context.WithValue(ctx, "userID", "B")
	fmt.Printf("字符串 key：a 读到 %v，b 读到 %v\n", ctx.Value("userID"), ctx.Value("userID"))

	ctx = context.WithValue(context.Background(), keyA{}, "A")
	ctx = context.WithValue(ctx, keyB{}, "B")
	fmt.Printf("自己的类型：a 读到 %v，b 读到 %v\n", ctx.Value(keyA{}), ctx.Value(keyB{}))

	ctx = context.WithValue(context.Background(), id(1), "X")
	ctx = context.WithValue(ctx, id(2), "Y")
	fmt.Printf("同类型不同值：1 号 %v，2 号 %v\n", ctx.Value(id(1)), ctx.Value(id(2)))
}
