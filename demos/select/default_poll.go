// Waiting for one signal: spinning on default, sleeping in default, and simply blocking.
package main

import (
	"fmt"
	"time"
)

const late, nap = 10 * time.Millisecond, 30 * time.Millisecond

func signal() chan time.Time {
	ch := make(chan time.Time, 1)
	go func() {
		time.Sleep(late)
		ch <- time.Now()
	}()
	return ch
}

func main() {
	empty, ready := make(chan int), make(chan int)
	close(ready)
	select {
	case <-empty:
	default:
		fmt.Println("没人就绪：default")
	}
	missed := 0
	for range 100 {
		select {
		case <-ready:
		default:
			missed++
		}
	}
	fmt.Println("有就绪分支时走 default 的次数", missed)

	spins := 0
	ch := signal()
	for seen := false; !seen; spins++ {
		select {
		case <-ch:
			seen = true
		default:
		}
	}
	fmt.Println("空转超过 100 圈：", spins > 100)

	ch = signal()
	var sent time.Time
	for sent.IsZero() {
		select {
		case sent = <-ch:
		default:
			time.Sleep(nap)
		}
	}
	fmt.Println("default 里睡觉，晚了：", time.Since(sent) > 100*time.Microsecond)

	turns := 0
	ch = signal()
	for seen := false; !seen; turns++ {
		select {
		case <-ch:
			seen = true
		}
	}
	fmt.Println("阻塞写法的圈数", turns)
}
