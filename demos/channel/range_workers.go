// Twin of range_workers.rs: three workers range over one channel; then a consumer that breaks early.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"sync"
	"time"
)

func main() {
	jobs, seen := make(chan int, 4), make(chan int, 9)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for v := range jobs {
				seen <- v
			}
		})
	}
	for v := 1; v <= 9; v++ {
		jobs <- v
	}
	close(jobs)
	wg.Wait()
	close(seen)
	times := map[int]int{}
	n := 0
	for v := range seen {
		times[v]++
		n++
	}
	fmt.Printf("发出 9 个 处理 %d 个 重复 %d 个\n", n, n-len(times))
	fmt.Println("关闭后 3 个 worker 全部退出")

	ch := make(chan int)
	go func() {
		for v := 1; v <= 3; v++ {
			ch <- v
		}
		close(ch)
	}()
	for range ch {
		break
	}
	time.Sleep(20 * time.Millisecond)
	dump := make([]byte, 1<<16)
	dump = dump[:runtime.Stack(dump, true)]
	stuck := regexp.MustCompile(`\[chan send\]`).FindAll(dump, -1)
	fmt.Printf("提前 break 卡在 chan send 的发送者 %d 个\n", len(stuck))
}
