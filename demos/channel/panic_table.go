// Twin of panic_table.rs: three operations in five states; a cell that does not end in time blocks.
package main

import (
	"fmt"
	"time"
)

func states() []struct {
	name string
	make func() chan int
} {
	filled := func(n int) func() chan int {
		return func() chan int {
			ch := make(chan int, 2)
			for v := 1; v <= n; v++ {
				ch <- v
			}
			return ch
		}
	}
	closed := func() chan int { ch := make(chan int, 2); close(ch); return ch }
	return []struct {
		name string
		make func() chan int
	}{
		{"nil", func() chan int { return nil }}, {"空", filled(0)}, {"非空", filled(1)}, {"满", filled(2)}, {"已关闭", closed},
	}
}

func cell(op func(chan int) string, ch chan int) string {
	result := make(chan string, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				result <- fmt.Sprint("panic ", r)
			}
		}()
		result <- op(ch)
	}()
	select {
	case r := <-result:
		return r
	case <-time.After(20 * time.Millisecond):
		return "阻塞"
	}
}

func main() {
	ops := []struct {
		name string
		do   func(chan int) string
	}{
		{"接收", func(ch chan int) string { v, ok := <-ch; return fmt.Sprintf("得到 %d %v", v, ok) }},
		{"发送", func(ch chan int) string { ch <- 9; return "成功" }},
		{"关闭", func(ch chan int) string { close(ch); return "成功" }},
	}
	for _, op := range ops {
		for _, s := range states() {
			fmt.Printf("%s %s：%s\n", op.name, s.name, cell(op.do, s.make()))
		}
	}
}
