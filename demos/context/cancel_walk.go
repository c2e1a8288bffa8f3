// A cancel walks down the registered tree before it returns; a foreign parent costs a goroutine a child.
package main

import (
	"context"
	"fmt"
	"runtime"
)

type node struct {
	ctx  context.Context
	stop context.CancelFunc
}

func derive(parent context.Context) node {
	ctx, stop := context.WithCancel(parent)
	return node{ctx, stop}
}

// foreign has a Done of its own: the package cannot look inside.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }

// childrenOf derives ten children, counts the goroutines that this took, and cancels them.
func childrenOf(parent context.Context) int {
	before := runtime.NumGoroutine()
	var kids []node
	for range 10 {
		kids = append(kids, derive(parent))
	}
	more := runtime.NumGoroutine() - before
	for _, k := range kids {
		k.stop()
	}
	return more
}

func main() {
	root := derive(context.Background())
	var kids, grand []node
	for range 3 {
		kids = append(kids, derive(root.ctx))
	}
	for _, k := range kids {
		for range 3 {
			grand = append(grand, derive(k.ctx))
		}
	}
	kids[1].stop()
	fmt.Printf("b：%v\n", kids[1].ctx.Err())
	fmt.Printf("root、a、c：%v、%v、%v\n", root.ctx.Err(), kids[0].ctx.Err(), kids[2].ctx.Err())
	all := append(append([]node{root}, kids...), grand...)
	gone := 0
	for _, n := range all {
		if n.ctx.Err() != nil {
			gone++
		}
	}
	fmt.Printf("已取消 %d 个，共 %d 个\n", gone, len(all))

	chain := []node{derive(context.Background())}
	for i := 1; i < 100; i++ {
		chain = append(chain, derive(chain[i-1].ctx))
	}
	chain[0].stop()
	gone = 0
	for _, n := range chain {
		if n.ctx.Err() != nil {
			gone++
		}
	}
	fmt.Printf("100 层的链：已取消 %d 层\n", gone)

	standard := derive(context.Background())
	fmt.Printf("标准父的 10 个子：多 %d 个 goroutine\n", childrenOf(standard.ctx))
	odd := foreign{context.Background(), make(chan struct{})}
	fmt.Printf("自定义父的 10 个子：多 %d 个 goroutine\n", childrenOf(odd))
	standard.stop()
	root.stop()
}
