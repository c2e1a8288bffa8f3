// The four forms of select, told apart by what a blocked goroutine says it waits for.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

func none() { select {} }
func one(c chan int) {
	select {
	case <-c:
	}
}
func two(c, d chan int) {
	select {
	case <-c:
	case <-d:
	}
}

func main() {
	c, d := make(chan int), make(chan int)
	select {
	case <-c:
	default:
		fmt.Println("单 case + default：没拿到")
	}
	go none()
	go one(c)
	go two(c, d)
	time.Sleep(5 * time.Millisecond)
	buf := make([]byte, 1<<16)
	dump := string(buf[:runtime.Stack(buf, true)])
	for _, fn := range []string{"main.none", "main.one", "main.two"} {
		for _, g := range strings.Split(dump, "\n\n") {
			if strings.Contains(g, fn+"(") {
				open, end := strings.Index(g, "["), strings.Index(g, "]")
				fmt.Println(strings.TrimPrefix(fn, "main."), g[open+1:end])
			}
		}
	}
}
