// A closed channel in for-select is always ready: without looking at ok the loop spins on zeros.
package main

import (
	"fmt"
	"time"
)

func feed() chan int {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	close(ch)
	return ch
}

func main() {
	ch, stop := feed(), time.Now().Add(time.Millisecond)
	real, zeros := 0, 0
	for time.Now().Before(stop) {
		select {
		case v := <-ch:
			if v == 0 {
				zeros++
			} else {
				real++
			}
		}
	}
	fmt.Println("不看 ok：真数据", real, "零值超过 100 个：", zeros > 100)

	ch = feed()
	turns := 0
	for open := true; open; {
		turns++
		select {
		case _, ok := <-ch:
			open = ok
		}
	}
	fmt.Println("看 ok：共", turns, "圈")
}
