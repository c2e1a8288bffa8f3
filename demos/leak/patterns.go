// Six ways to leak, ten times each, and the repair of each.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

var patterns = []struct {
	name string
	f    func(repaired bool)
}{
	{"发送没人收", func(repaired bool) {
		ch := make(chan int)
		if repaired {
			ch = make(chan int, 1)
		}
		go func() { ch <- 1 }()
	}},
	{"range 没人关", func(repaired bool) {
		ch := make(chan int)
		go func() {
			for range ch {
			}
		}()
		if repaired {
			close(ch)
		}
	}},
	{"忘了 make", func(repaired bool) {
		var ch chan int
		if repaired {
			ch = make(chan int, 1)
		}
		go func() { <-ch }()
		if repaired {
			ch <- 1
		}
	}},
	{"锁忘了解", func(repaired bool) {
		var mu sync.Mutex
		mu.Lock()
		go func() { mu.Lock(); mu.Unlock() }()
		if repaired {
			mu.Unlock()
		}
	}},
	{"Done 少一次", func(repaired bool) {
		var wg sync.WaitGroup
		wg.Add(2)
		go wg.Wait()
		wg.Done()
		if repaired {
			wg.Done()
		}
	}},
	{"循环不看退出信号", func(repaired bool) {
		jobs, quit, stop := make(chan int), make(chan bool), make(chan bool)
		if repaired {
			stop = quit
		}
		go func() {
			for {
				select {
				case <-jobs:
				case <-stop:
					return
				}
			}
		}()
		close(quit)
	}},
}

var header = regexp.MustCompile(`goroutine (\d+) \[([^,\]]+)`)

// waiting maps the number of every goroutine to its wait reason.
func waiting() map[string]string {
	buf := make([]byte, 1<<20)
	all := map[string]string{}
	for _, block := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		m := header.FindStringSubmatch(block)
		all[m[1]] = m[2]
	}
	return all
}

func leaked(f func(bool), repaired bool) (n int, reason string) {
	old := waiting()
	for range 10 {
		f(repaired)
	}
	time.Sleep(10 * time.Millisecond)
	for id, why := range waiting() {
		if _, known := old[id]; !known {
			n, reason = n+1, why
		}
	}
	return n, reason
}

func main() {
	for _, p := range patterns {
		n, reason := leaked(p.f, false)
		left, _ := leaked(p.f, true)
		fmt.Printf("%s：漏 %d 个，%s；修复后漏 %d 个\n", p.name, n, reason, left)
	}
}
