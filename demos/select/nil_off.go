// Setting a channel variable to nil switches its case off; setting it back switches it on.
package main

import (
	"fmt"
	"time"
)

func source(values ...int) chan int {
	ch := make(chan int)
	go func() {
		for _, v := range values {
			time.Sleep(time.Millisecond)
			ch <- v
		}
		close(ch)
	}()
	return ch
}

func main() {
	x, y := source(1), source(2, 3)
	turns, sum := 0, 0
	for x != nil || y != nil {
		turns++
		select {
		case v, ok := <-x:
			if !ok {
				x = nil
			}
			sum += v
		case v, ok := <-y:
			if !ok {
				y = nil
			}
			sum += v
		}
	}
	fmt.Println("合并", sum, "循环", turns)

	var never chan int
	select {
	case <-never:
		fmt.Println("nil 接收成功")
	case never <- 1:
		fmt.Println("nil 发送成功")
	default:
		fmt.Println("nil 分支不可行")
	}

	in, sink := source(10, 20, 30), make(chan int)
	got := make(chan []int)
	go func() {
		var all []int
		for v := range sink {
			all = append(all, v)
		}
		got <- all
	}()
	var queue []int
	for in != nil || len(queue) > 0 {
		var out chan int
		head := 0
		if len(queue) > 0 {
			out, head = sink, queue[0]
		}
		select {
		case v, ok := <-in:
			if !ok {
				in = nil
			} else {
				queue = append(queue, v)
			}
		case out <- head:
			queue = queue[1:]
		}
	}
	close(sink)
	fmt.Println("转发", <-got)
}
