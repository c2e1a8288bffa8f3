package main

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func waitForMain() {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 6 {
			wg.Go(func() { burn(50 * time.Microsecond) })
		}
		<-gate
	})
	time.Sleep(time.Millisecond)
	close(gate)
	wg.Wait()
	fmt.Println("阻塞的和后面排队的都跑完了")
}

func walk() {
	ball := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 200 {
				burn(30 * time.Microsecond)
				ball <- struct{}{}
			}
		})
	}
	moved := false
	wg.Go(func() {
		first := syscall.Gettid()
		for range 400 {
			<-ball
			moved = moved || syscall.Gettid() != first
		}
	})
	wg.Wait()
	fmt.Printf("换过线程：%v\n", moved)
}

func main() {
	runtime.GOMAXPROCS(2)
	waitForMain()
	walk()
}
