package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

// init runs on the main thread, whose number is the process's.
func init() {
	always := true
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 30 {
				burn(10 * time.Microsecond)
				runtime.Gosched()
			}
		})
	}
	for range 30 {
		runtime.Gosched()
		always = always && syscall.Gettid() == os.Getpid()
	}
	wg.Wait()
	fmt.Printf("init 一直在主线程上：%v\n", always)
}

func main() {
	go func() {
		time.Sleep(5 * time.Millisecond)
		fmt.Println("后台做完")
	}()
	fmt.Println("main 返回")
}
