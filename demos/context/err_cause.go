// Err says how it ended, Cause says why.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func show(name string, ctx context.Context) {
	fmt.Printf("%s：Err=%v Cause=%v\n", name, ctx.Err(), context.Cause(ctx))
}

func main() {
	bg := context.Background()
	slow, stock, no := errors.New("数据库太慢"), errors.New("库存不足"), errors.New("不要了")

	c, cancel := context.WithCancelCause(bg)
	show("未取消", c)
	cancel(nil)
	show("手动取消", c)

	c, cancel = context.WithCancelCause(bg)
	cancel(stock)
	show("带原因取消", c)

	c, stop := context.WithTimeoutCause(bg, 10*time.Millisecond, slow)
	<-c.Done()
	show("到期", c)
	stop()

	c, stop = context.WithTimeoutCause(bg, 10*time.Millisecond, slow)
	stop()
	show("到期前取消", c)

	parent, cancelParent := context.WithCancelCause(bg)
	child, stop := context.WithCancel(parent)
	cancelParent(stock)
	show("父带原因取消，子", child)
	stop()

	parent, cancelParent = context.WithCancelCause(bg)
	child, cancelChild := context.WithCancelCause(parent)
	cancelChild(no)
	cancelParent(stock)
	fmt.Printf("子先取消：Cause(子)=%v Cause(父)=%v\n", context.Cause(child), context.Cause(parent))
}
