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

func G1(a, b chan int) { <-a; <-b }
func G2(b chan int)    { <-b }
func G3(c chan int)    { <-c }
func G4(d chan int)    { <-d }
func G5()              { select {} }

var frame = regexp.MustCompile(`\tmain\.(G\d)\+`)

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
	go G1(a, b)
	go G2(b)
	go G3(make(chan int))
	go G4(d)
	go G5()
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
