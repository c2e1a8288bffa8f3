// The log lines of a handler with a limit of 1 s and a query of 2 s.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

func query(ctx context.Context) {
	fmt.Println("worker 开始查询")
	select {
	case <-time.After(2 * time.Second):
		fmt.Println("worker 查询完成")
	case <-ctx.Done():
		fmt.Println("worker 查询取消:", ctx.Err())
	}
}

func handler(req context.Context, wg *sync.WaitGroup) int {
	fmt.Println("handler 收到请求")
	ctx, cancel := context.WithTimeout(req, time.Second)
	defer cancel()
	ch := make(chan int, 1)
	wg.Go(func() {
		fmt.Println("worker 启动")
		query(ctx)
		if ctx.Err() == nil {
			ch <- 1
		}
	})
	fmt.Println("handler 等待 worker")
	status := 200
	select {
	case <-ch:
		fmt.Println("handler 收到结果")
	case <-ctx.Done():
		fmt.Println("handler 超时:", ctx.Err())
		status = 504
	}
	fmt.Println("handler 结束")
	return status
}

func main() {
	var wg sync.WaitGroup
	status := handler(context.Background(), &wg)
	fmt.Println("客户端收到", status)
	wg.Wait()
}
