// Two locks taken crosswise, the same two in one order, and the ways one goroutine waits for itself.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

func twoLocks(crossed bool) {
	var a, b sync.Mutex
	pairs := [][2]*sync.Mutex{{&a, &b}, {&a, &b}}
	if crossed {
		pairs[1] = [2]*sync.Mutex{&b, &a}
	}
	for _, l := range pairs {
		go func() {
			l[0].Lock()
			time.Sleep(10 * time.Millisecond)
			l[1].Lock()
			l[1].Unlock()
			l[0].Unlock()
		}()
	}
	time.Sleep(50 * time.Millisecond)
	buf := make([]byte, 1<<16)
	fmt.Print(strings.Count(string(buf[:runtime.Stack(buf, true)]), "[sync.Mutex.Lock"))
}

var cases = []struct {
	name string
	f    func()
}{
	{"交叉加锁", func() { twoLocks(true) }},
	{"固定顺序", func() { twoLocks(false) }},
	{"重复 Lock", func() {
		var mu sync.Mutex
		mu.Lock()
		mu.Lock()
	}},
	{"递归 RLock", func() {
		var mu sync.RWMutex
		mu.RLock()
		go mu.Lock()
		time.Sleep(10 * time.Millisecond)
		mu.RLock()
	}},
}

var main1 = regexp.MustCompile(`goroutine 1 \[([^,\]]+)`)

func main() {
	if len(os.Args) > 1 {
		for _, c := range cases {
			if c.name == os.Args[1] {
				c.f()
			}
		}
		return
	}
	for _, c := range cases {
		text, err := exec.Command(os.Args[0], c.name).CombinedOutput()
		if err == nil {
			fmt.Printf("%s：main 照常返回，%s 个永远等锁\n", c.name, text)
		} else {
			fmt.Printf("%s：报死锁，停在 %s\n", c.name, main1.FindStringSubmatch(string(text))[1])
		}
	}
}
