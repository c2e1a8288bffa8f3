// What the four methods answer, before and after the cancel, for five kinds of context.
package main

import (
	"context"
	"fmt"
	"time"
)

type key struct{}

func row(name string, ctx context.Context) {
	_, deadline := ctx.Deadline()
	done := "chan"
	if ctx.Done() == nil {
		done = "nil"
	}
	fmt.Printf("%s：Deadline=%v Done=%s Err=%v Value=%v\n", name, deadline, done, ctx.Err(), ctx.Value(key{}))
}

func main() {
	root := context.Background()
	c, stop := context.WithCancel(root)
	t, cancel := context.WithTimeout(root, 20*time.Millisecond)
	v := context.WithValue(c, key{}, 7)
	w := context.WithoutCancel(v)
	row("Background", root)
	row("WithCancel", c)
	row("WithTimeout", t)
	row("WithValue", v)
	row("WithoutCancel", w)
	cancel()
	fmt.Printf("取消后：Err=%v\n", t.Err())
	time.Sleep(40 * time.Millisecond)
	fmt.Printf("过了截止时间：Err=%v\n", t.Err())
	stop()
	fmt.Printf("父取消后：WithValue Err=%v，WithoutCancel Err=%v\n", v.Err(), w.Err())
}
