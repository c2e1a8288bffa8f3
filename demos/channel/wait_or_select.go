// Wait lasts as long as the slowest; a channel of completions can be given up on.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	tasks := []time.Duration{5, 10, 60}

	var wg sync.WaitGroup
	start := time.Now()
	for _, d := range tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			time.Sleep(d * time.Millisecond)
		}()
	}
	wg.Wait()
	fmt.Println("Wait 等到最慢的那个：", time.Since(start) >= 60*time.Millisecond)

	done := make(chan int, len(tasks))
	for i, d := range tasks {
		go func() {
			time.Sleep(d * time.Millisecond)
			done <- i
		}()
	}
	late := time.After(30 * time.Millisecond)
	left := len(tasks)
	for left > 0 {
		select {
		case i := <-done:
			left--
			fmt.Println("完成", i)
			continue
		case <-late:
			fmt.Println("到点了，还差", left)
		}
		break
	}
}
