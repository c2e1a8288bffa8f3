// Deadlock detection with and without a busy thread; blocking lookups against polled ones.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func block(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}

// Runs this program again as a child in which everything is asleep.
func asleep(mode string) (bool, time.Duration) {
	start := time.Now()
	out, _ := exec.Command(os.Args[0], mode).CombinedOutput()
	return strings.Contains(string(out), "all goroutines are asleep"), time.Since(start)
}

func main() {
	if len(os.Args) > 1 {
		if os.Args[1] == "thread" {
			go block(300 * time.Millisecond)
		}
		<-make(chan int)
	}
	dead, _ := asleep("pure")
	fmt.Println("全体阻塞，报死锁：", dead)
	_, took := asleep("thread")
	fmt.Println("有一个线程卡着，20ms 之后才报：", took >= 300*time.Millisecond)
	extra := func(wait func()) int {
		before := threads()
		for range 10 {
			go wait()
		}
		time.Sleep(100 * time.Millisecond)
		return threads() - before
	}
	byGo := extra(func() { r, _, _ := os.Pipe(); var b [1]byte; r.Read(b[:]) })
	byLibc := extra(func() { block(time.Second) })
	fmt.Printf("10 个查询：走 libc 多占 8 个以上线程 %v，走 Go 不多占 %v\n", byLibc >= 8, byGo <= 1)
}
