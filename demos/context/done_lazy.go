// The done channel is made when somebody first asks for it, once for all listeners.
package main

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"
	"time"
)

type key struct{}

// hasDone looks into cancelCtx.done (an atomic.Value) by reflection.
func hasDone(ctx context.Context) bool {
	return !reflect.ValueOf(ctx).Elem().FieldByName("done").FieldByName("v").IsNil()
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	fmt.Printf("派生之后：done 已创建=%v\n", hasDone(ctx))
	_ = ctx.Done()
	fmt.Printf("调用 Done 之后：done 已创建=%v\n", hasDone(ctx))
	var woken atomic.Int64
	for range 5 {
		go func() {
			<-ctx.Done()
			woken.Add(1)
		}()
	}
	time.Sleep(20 * time.Millisecond)
	cancel()
	time.Sleep(20 * time.Millisecond)
	fmt.Printf("5 个监听者，醒来 %d 个\n", woken.Load())

	unseen, stop := context.WithCancel(context.Background())
	stop()
	closed := false
	select {
	case <-unseen.Done():
		closed = true
	default:
	}
	fmt.Printf("没人看过就取消：Done 立即可读=%v\n", closed)

	parent, stopParent := context.WithCancel(context.Background())
	_ = context.WithValue(parent, key{}, 7)
	fmt.Printf("派生 WithValue 之后：父的 done 已创建=%v\n", hasDone(parent))
	_, stopChild := context.WithCancel(parent)
	fmt.Printf("派生 WithCancel 之后：父的 done 已创建=%v\n", hasDone(parent))
	stopChild()
	stopParent()
}
