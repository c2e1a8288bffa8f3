// Three kinds of parent, fifty children each: how many goroutines does context start for them?
package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

const n = 50

type embed struct{ context.Context }

type own struct {
	context.Context
	done chan struct{}
}

func (o own) Done() <-chan struct{} { return o.done }

func count(name string, parent context.Context) {
	before := runtime.NumGoroutine()
	var cancels []context.CancelFunc
	for range n {
		_, cancel := context.WithCancel(parent)
		cancels = append(cancels, cancel)
	}
	extra := runtime.NumGoroutine() - before
	for _, cancel := range cancels {
		cancel()
	}
	time.Sleep(20 * time.Millisecond)
	fmt.Println(name, "多出", extra, "全部取消之后", runtime.NumGoroutine()-before)
}

func main() {
	std, cancel := context.WithCancel(context.Background())
	defer cancel()
	count("标准父", std)
	count("只嵌入", embed{std})
	count("改写 Done", own{std, make(chan struct{})})
}
