// Twin of close_drain.rs: a closed channel is drained first; only then come zero values.
package main

import "fmt"

func main() {
	ch := make(chan int, 2)
	ch <- 7
	ch <- 0
	close(ch)
	fmt.Printf("关闭后 len=%d\n", len(ch))
	for range 4 {
		v, ok := <-ch
		fmt.Printf("%d %v\n", v, ok)
	}
}
