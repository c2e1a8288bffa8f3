// Who is registered in the children of the root, step by step.
package main

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

type key struct{}

// children counts what is registered below ctx, by reflection.
func children(ctx context.Context) int {
	return reflect.ValueOf(ctx).Elem().FieldByName("children").Len()
}

func main() {
	root, cancelRoot := context.WithCancel(context.Background())
	fmt.Printf("开始：%d\n", children(root))
	v := context.WithValue(root, key{}, 7)
	fmt.Printf("WithValue 之后：%d\n", children(root))
	child, cancelChild := context.WithCancel(v)
	fmt.Printf("WithCancel(WithValue) 之后：%d\n", children(root))
	_, stopTimed := context.WithTimeout(root, time.Minute)
	fmt.Printf("WithTimeout 之后：%d\n", children(root))
	_, stopGrand := context.WithCancel(child)
	fmt.Printf("子再派生孙之后：%d，子的 children：%d\n", children(root), children(child))
	cancelChild()
	fmt.Printf("子取消之后：%d\n", children(root))
	cancelRoot()
	fmt.Printf("根取消之后：%d\n", children(root))
	stopGrand()
	stopTimed()
}
