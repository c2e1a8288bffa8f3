// Main is stuck in all of these, each in a child process; when does the runtime say so?
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

const pending = 150 * time.Millisecond

func crossLocks() {
	var a, b sync.Mutex
	for _, l := range [][2]*sync.Mutex{{&a, &b}, {&b, &a}} {
		go func() {
			l[0].Lock()
			time.Sleep(10 * time.Millisecond)
			l[1].Lock()
		}()
	}
	time.Sleep(30 * time.Millisecond)
}

var cases = []struct {
	name string
	f    func()
}{
	{"什么都没有", func() {}},
	{"有人在 Sleep", func() { go time.Sleep(pending) }},
	{"设了 AfterFunc", func() { time.AfterFunc(pending, func() {}) }},
	{"没人等的 NewTimer", func() { time.NewTimer(pending) }},
	{"两个 goroutine 交叉持锁", func() { crossLocks(); os.Exit(0) }},
	{"main 调用 Goexit", runtime.Goexit},
}

func main() {
	if len(os.Args) > 1 {
		for _, c := range cases {
			if c.name == os.Args[1] {
				c.f()
			}
		}
		make(chan int) <- 1
		return
	}
	for _, c := range cases {
		start := time.Now()
		text, err := exec.Command(os.Args[0], c.name).CombinedOutput()
		took, how := time.Since(start), ""
		switch {
		case err == nil:
			how = "不报，main 正常返回"
		case strings.Contains(string(text), "no goroutines"):
			how = "报 no goroutines"
		case took < pending*9/10:
			how = "立刻报死锁"
		default:
			how = "定时器触发之后才报死锁"
		}
		fmt.Printf("%s：%s\n", c.name, how)
	}
}
