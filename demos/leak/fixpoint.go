// Real Go's goroutineleak profile on the same five waiters.
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

var d = make(chan int)

func w1(a, b chan int) { <-a; <-b }
func w2(b chan int)    { <-b }
func w3(c chan int)    { <-c }
func w4(d chan int)    { <-d }
func w5()              { select {} }

var frame = regexp.MustCompile(`\tmain\.(w\d)\+`)

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
	a, b := make(chan int), make(chan int)
	go w1(a, b)
	go w2(b)
	go w3(make(chan int))
	go w4(d)
	go w5()
	return a
}

func main() {
	a := start()
	time.Sleep(5 * time.Millisecond)
	before := runtime.NumGoroutine()
	fmt.Println("判为泄漏：" + strings.Join(leaked(), "、"))
	fmt.Printf("goroutine 数：检测前 %d 个，检测后 %d 个\n", before, runtime.NumGoroutine())
	runtime.KeepAlive(a)
}
