// Two snapshots of who waits where: the biggest group is not the leak, the one that grows is.
package main

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"time"
)

func pool(jobs chan int)    { <-jobs }
func handler(r chan int)    { r <- 1 }
func notify(audit chan int) { audit <- 1 }

var header = regexp.MustCompile(`goroutine \d+ \[([^,\]]+)`)
var function = regexp.MustCompile(`(?m)^main\.(\w+)\(`)

func snapshot() map[string]int {
	buf, groups := make([]byte, 1<<20), map[string]int{}
	for _, block := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		frames := function.FindAllStringSubmatch(block, -1)
		if name := frames[len(frames)-1][1]; name != "main" {
			groups[fmt.Sprintf("%s [%s]", name, header.FindStringSubmatch(block)[1])]++
		}
	}
	return groups
}

func biggest(second, first map[string]int) (most string, n int) {
	for key := range second {
		if d := second[key] - first[key]; d > n {
			most, n = key, d
		}
	}
	return most, n
}

func request(audit chan int) {
	reply := make(chan int, 1)
	go handler(reply)
	go notify(audit)
	<-reply
}

func main() {
	jobs, audit := make(chan int), make(chan int)
	for range 30 {
		go pool(jobs)
	}
	for range 3 {
		request(audit)
	}
	time.Sleep(30 * time.Millisecond)
	first := snapshot()
	for range 12 {
		request(audit)
	}
	time.Sleep(30 * time.Millisecond)
	second := snapshot()
	most, n := biggest(second, nil)
	fmt.Printf("数量最多：%s %d 个\n", most, n)
	most, n = biggest(second, first)
	fmt.Printf("增长最多：%s +%d\n", most, n)
	runnable := 0
	for key, n := range second {
		if strings.Contains(key, "[runnable]") || strings.Contains(key, "[running]") {
			runnable += n
		}
	}
	fmt.Printf("可运行的：%d 个\n", runnable)
}
