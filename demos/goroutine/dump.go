// A program that is stuck: who waits for what, one by one and grouped.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

func reader(ch chan int)       { <-ch }
func writer(ch chan int)       { ch <- 1 }
func locker(mu *sync.Mutex)    { mu.Lock() }
func joiner(w *sync.WaitGroup) { w.Wait() }
func sleeper()                 { time.Sleep(time.Hour) }
func selector(a, b chan int) {
	select {
	case <-a:
	case <-b:
	}
}

var header = regexp.MustCompile(`goroutine \d+ \[([^,\]]+)`)
var created = regexp.MustCompile(`(?m)^main\.(\w+)\(`)

func main() {
	empty := make(chan int)
	for range 20 {
		go reader(empty)
	}
	go writer(make(chan int))
	var mu sync.Mutex
	mu.Lock()
	go locker(&mu)
	var never sync.WaitGroup
	never.Add(1)
	go joiner(&never)
	go selector(make(chan int), make(chan int))
	go sleeper()
	time.Sleep(50 * time.Millisecond)

	buf := make([]byte, 1<<20)
	groups := map[string]int{}
	for _, block := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		frames := created.FindAllStringSubmatch(block, -1)
		if name := frames[len(frames)-1][1]; name != "main" {
			groups[fmt.Sprintf("%s [%s]", name, header.FindStringSubmatch(block)[1])]++
		}
	}
	most := ""
	var names []string
	for name, n := range groups {
		names = append(names, name)
		if n > groups[most] {
			most = name
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Println(name, groups[name], "个")
	}
	fmt.Printf("最多的一组：%s %d 个\n", most, groups[most])
}
