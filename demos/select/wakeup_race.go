// One select waits on three channels, two goroutines send: one of them is served, the other stays.
package main

import (
	"fmt"
	"time"
)

const rounds = 20

func main() {
	first, second := 0, 0
	for i := range rounds {
		a, b, c := make(chan int), make(chan int), make(chan int)
		go func() { time.Sleep(time.Millisecond); a <- i }()
		late := time.Duration(1+i%2) * time.Millisecond
		go func() { time.Sleep(late); b <- i }()
		select {
		case <-a:
			a = nil
		case <-b:
			b = nil
		case <-c:
		}
		first++
		select {
		case <-c:
		case <-time.After(2 * time.Millisecond):
		}
		select {
		case <-a:
		case <-b:
		}
		second++
	}
	fmt.Println("每轮第一次收到", first, "落败者随后交出", second)
}
