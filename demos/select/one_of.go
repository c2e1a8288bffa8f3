// A select does exactly one of its communications; the channels it did not choose keep everything.
package main

import "fmt"

func main() {
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 2
	select {
	case <-a:
	case <-b:
	}
	fmt.Println("两路就绪，一次 select 后还剩", len(a)+len(b))

	in, out, quit := make(chan int), make(chan int), make(chan bool)
	for _, who := range []string{"in", "out", "quit"} {
		back := make(chan bool)
		go func() {
			switch who {
			case "in":
				in <- 7
			case "out":
				<-out
			case "quit":
				quit <- true
			}
			close(back)
		}()
		select {
		case v := <-in:
			fmt.Println("收到", v)
		case out <- 8:
			fmt.Println("发出 8")
		case <-quit:
			fmt.Println("退出信号")
		}
		<-back
	}
	fmt.Println("之后三路长度", len(in), len(out), len(quit))
}
