// The same three waiters before and after real Go's leak detection: one is reported, none collected.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

var globalChan = make(chan int)

func global(ch chan int) { <-ch }
func local(ch chan int)  { <-ch }
func worker(ch chan int) { <-ch }

var frame = regexp.MustCompile(`\tmain\.(\w+)\+`)

// leaked lists the functions at which leaked goroutines stand.
func leaked() (names []string) {
	var text strings.Builder
	_ = pprof.Lookup("goroutineleak").WriteTo(&text, 1)
	for _, m := range frame.FindAllStringSubmatch(text.String(), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return names
}

//go:noinline
func start() chan int {
	jobs := make(chan int)
	go global(globalChan)
	go local(make(chan int))
	go worker(jobs)
	return jobs
}

func main() {
	jobs := start()
	time.Sleep(5 * time.Millisecond)
	before := runtime.NumGoroutine()
	runtime.GC()
	runtime.GC()
	fmt.Printf("所有栈都当根：够不着的 %d 个\n", before-runtime.NumGoroutine())
	fmt.Println("只从还能运行的出发：泄漏者", strings.Join(leaked(), "、"))
	fmt.Printf("检测之后还在等的：%d 个\n", runtime.NumGoroutine()-1)
	runtime.KeepAlive(jobs)
}
