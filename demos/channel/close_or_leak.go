// Twin of close_or_leak.rs: a range consumer with and without close.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"time"
)

func consumer(ch chan int) (got *[]int, done chan struct{}) {
	got, done = new([]int), make(chan struct{})
	go func() {
		for v := range ch {
			*got = append(*got, v)
		}
		close(done)
	}()
	return got, done
}

func main() {
	if os.Getenv("VARIANT") != "" {
		_, done := consumer(make(chan int))
		<-done
		return
	}
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	close(ch)
	got, done := consumer(ch)
	<-done
	fmt.Println("关闭：消费者收到", *got, "然后退出")

	consumer(make(chan int))
	time.Sleep(20 * time.Millisecond)
	dump := make([]byte, 1<<16)
	dump = dump[:runtime.Stack(dump, true)]
	stuck := regexp.MustCompile(`\[chan receive\]`).FindAll(dump, -1)
	fmt.Printf("不关闭，main 照常返回：留下 %d 个停在 chan receive 的 goroutine，不报死锁\n", len(stuck))

	self, _ := os.Executable()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "VARIANT=wait")
	err := cmd.Run()
	fmt.Printf("不关闭，main 等它退出：报死锁 %v\n", err != nil && err.Error() == "exit status 2")
}
