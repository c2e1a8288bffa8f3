// A test in a synctest bubble: the clock jumps, and whoever is left behind fails it.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var tests = []struct {
	name string
	f    func()
}{
	{"睡一小时", func() { time.Sleep(time.Hour) }},
	{"起了不收", func() {
		stop := make(chan int)
		go func() { <-stop }()
	}},
	{"自己等没人发的 channel", func() { <-make(chan int) }},
}

// child runs one test as `go test` would, and exits.
func child(name string) {
	os.Args = os.Args[:1]
	var table []testing.InternalTest
	for _, c := range tests {
		if c.name == name {
			table = append(table, testing.InternalTest{Name: "TestBubble", F: func(t *testing.T) {
				synctest.Test(t, func(*testing.T) { c.f() })
			}})
		}
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, table, nil, nil)
}

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	for _, c := range tests {
		text, err := exec.Command(os.Args[0], c.name).CombinedOutput()
		verdict := "通过"
		switch {
		case strings.Contains(string(text), "main bubble goroutine has exited but blocked goroutines remain"):
			verdict = "失败，还有 goroutine 没退出"
		case strings.Contains(string(text), "all goroutines in bubble are blocked"):
			verdict = "失败，全员等待"
		case err != nil:
			verdict = "没有结论"
		}
		fmt.Printf("%s：%s\n", c.name, verdict)
	}
}
