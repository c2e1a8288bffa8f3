// One request, six workers (three of them nested): one cancel tells them all, and waits for none.
package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

func worker(ctx context.Context, exited *atomic.Int64) {
	<-ctx.Done()
	time.Sleep(20 * time.Millisecond)
	exited.Add(1)
}

func main() {
	var exited, ticks atomic.Int64
	root, cancel := context.WithCancel(context.Background())
	for range 3 {
		go func() {
			sub, stop := context.WithCancel(root)
			go func() {
				defer stop()
				worker(sub, &exited)
			}()
			worker(root, &exited)
		}()
	}
	go func() { // never looks at root
		for {
			ticks.Add(1)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	time.Sleep(10 * time.Millisecond)
	cancel()
	fmt.Println("cancel 返回时已退出：" + fmt.Sprint(exited.Load()))
	time.Sleep(60 * time.Millisecond)
	fmt.Println("稍后已退出：" + fmt.Sprint(exited.Load()))
	before := ticks.Load()
	time.Sleep(20 * time.Millisecond)
	fmt.Println("没检查 Done 的还在跑：" + fmt.Sprint(ticks.Load() > before))
}
