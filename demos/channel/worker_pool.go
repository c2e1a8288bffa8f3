// Jobs, three workers, results: who closes what and when; then the order that deadlocks.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

func pool(waitFirst bool) {
	jobs, results := make(chan int, 4), make(chan int)
	var wg sync.WaitGroup
	var busy, most int
	var mu sync.Mutex
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				mu.Lock()
				busy++
				most = max(most, busy)
				mu.Unlock()
				time.Sleep(time.Millisecond)
				mu.Lock()
				busy--
				mu.Unlock()
				results <- j * j
			}
		}()
	}
	go func() {
		for j := 1; j <= 12; j++ {
			jobs <- j
		}
		close(jobs)
	}()
	if waitFirst {
		wg.Wait()
		close(results)
	} else {
		go func() {
			wg.Wait()
			close(results)
		}()
	}
	n, sum := 0, 0
	for r := range results {
		n++
		sum += r
	}
	fmt.Printf("完成 %d 个，平方和 %d，同时工作 %d\n", n, sum, most)
}

func main() {
	if len(os.Args) > 1 {
		pool(true)
		return
	}
	pool(false)
	text, _ := exec.Command(os.Args[0], "wait-first").CombinedOutput()
	fmt.Println("先 Wait 再收：", strings.SplitN(string(text), "\n", 2)[0])
}
