// A server with three requests in hand and one idle connection is shut down.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var active, closed atomic.Int64
	var mu sync.Mutex
	var errs []any
	started := make(chan bool, 4)
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			work, _ := time.ParseDuration(r.URL.Query().Get("work"))
			active.Add(1)
			started <- true
			time.Sleep(work)
			mu.Lock()
			if work > 0 {
				errs = append(errs, r.Context().Err())
			}
			mu.Unlock()
			active.Add(-1)
		}),
		ConnState: func(_ net.Conn, st http.ConnState) {
			if st == http.StateClosed {
				closed.Add(1)
			}
		},
	}
	ln, _ := net.Listen("tcp", "127.0.0.1:0")
	go srv.Serve(ln)
	get := func(work string) error {
		c := http.Client{Transport: &http.Transport{}}
		res, err := c.Get("http://" + ln.Addr().String() + "/?work=" + work)
		if err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		return err
	}
	get("0s") // leaves an idle connection
	<-started
	var responses atomic.Int64
	var clients sync.WaitGroup
	for _, work := range []string{"20ms", "20ms", "300ms"} {
		clients.Go(func() {
			if get(work) == nil {
				responses.Add(1)
			}
		})
		<-started
	}

	refused := make(chan bool, 1)
	time.AfterFunc(10*time.Millisecond, func() { refused <- get("0s") != nil })
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err := srv.Shutdown(ctx)
	fmt.Println("新连接被拒绝", <-refused)
	fmt.Println("Shutdown 返回", err)
	fmt.Println("已关闭的连接", closed.Load(), "仍在处理的请求", active.Load())
	clients.Wait()
	fmt.Println("收到响应的客户端", responses.Load())
	fmt.Println("在途请求的 Err", errs)
}
