// Five ways to put every goroutine to sleep, each in a child process, and two repairs.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
)

var cases = []struct {
	name string
	f    func()
}{
	{"自发自收", func() {
		ch := make(chan int)
		ch <- 1
		<-ch
	}},
	{"循环等待", func() {
		x, y := make(chan int), make(chan int)
		go func() { y <- 1; <-x }()
		x <- 1
		<-y
	}},
	{"没人关闭的 range", func() {
		ch := make(chan int)
		go func() { ch <- 1 }()
		for range ch {
		}
	}},
	{"先 Wait 再收", func() {
		ch := make(chan int)
		var wg sync.WaitGroup
		wg.Add(1)
		go func() { defer wg.Done(); ch <- 1 }()
		wg.Wait()
		<-ch
	}},
	{"忘了 make", func() {
		var ch chan int
		<-ch
	}},
	{"缓冲满了，有人来收", func() {
		ch := make(chan int, 1)
		done := make(chan bool)
		ch <- 1
		go func() { <-ch; <-ch; done <- true }()
		ch <- 2
		<-done
	}},
	{"先收再 Wait", func() {
		ch := make(chan int)
		var wg sync.WaitGroup
		wg.Add(1)
		go func() { defer wg.Done(); ch <- 1 }()
		<-ch
		wg.Wait()
	}},
}

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
			fmt.Printf("%s：正常结束\n", c.name)
			continue
		}
		main := string(text)
		main = main[strings.Index(main, "goroutine 1 [")+len("goroutine 1 ["):]
		fmt.Printf("%s：死锁，main 停在 %s\n", c.name, main[:strings.Index(main, "]")])
	}
}
