// A client posts a body and leaves while the handler works: with the body read, and without.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

func serve(readBody bool) (during, after error) {
	var req context.Context
	done := make(chan bool)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if readBody {
			io.ReadAll(r.Body)
		}
		time.Sleep(150 * time.Millisecond) // the client leaves after 40 ms
		during, req = r.Context().Err(), r.Context()
		close(done)
	}))
	defer s.Close()
	ctx, leave := context.WithTimeout(context.Background(), 40*time.Millisecond)
	defer leave()
	post, _ := http.NewRequestWithContext(ctx, "POST", s.URL, strings.NewReader(strings.Repeat("x", 20)))
	http.DefaultClient.Do(post)
	<-done
	select {
	case <-req.Done():
	case <-time.After(time.Second):
	}
	return during, req.Err()
}

func main() {
	for _, c := range []struct {
		name string
		read bool
	}{{"读完请求体:", true}, {"不读请求体:", false}} {
		during, after := serve(c.read)
		fmt.Println(c.name, "断开之后", during, "handler 返回之后", after)
	}
}
