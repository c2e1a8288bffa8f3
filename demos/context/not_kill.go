// What a cancel does to a plain receive, to a read whose connection is closed, to a computation.
package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	data, conn := make(chan int), make(chan int)
	var plain, closed, computed atomic.Bool

	go func() { <-data; plain.Store(true) }()
	go func() { <-conn; closed.Store(true) }()
	context.AfterFunc(ctx, func() { close(conn) })
	go func() {
		for start := time.Now(); time.Since(start) < 50*time.Millisecond; {
		}
		computed.Store(true)
	}()

	time.Sleep(time.Millisecond)
	cancel()
	time.Sleep(150 * time.Millisecond)
	fmt.Println("只等数据的读 返回", plain.Load())
	fmt.Println("取消时关连接的读 返回", closed.Load())
	fmt.Println("不检查的计算 跑完", computed.Load())
}
