package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	time.Sleep(time.Millisecond) // the runtime's own goroutines have run by now
	const n = 300
	ran := make(chan int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { ran <- i })
	}
	wg.Wait()
	close(ran)
	var order []int
	for i := range ran {
		order = append(order, i)
	}
	fmt.Printf("第一个跑的：%d\n", order[0])
	early := 0
	for _, i := range order[:n/2] {
		if i < 128 {
			early++
		}
	}
	fmt.Printf("前一半里，最早创建的 128 个只占几个：%v\n", early <= 5)
	moved := true
	for _, i := range order[n-10:] {
		moved = moved && (i < 128 || i == 255 || i == 256)
	}
	fmt.Printf("最后十个都是转走过的：%v\n", moved)
}
