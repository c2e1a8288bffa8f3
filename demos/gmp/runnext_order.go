package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
)

var (
	ran = make(chan string, 16)
	wg  sync.WaitGroup
)

func start(names ...string) {
	for _, name := range names {
		wg.Go(func() { ran <- name })
	}
}

func collect() string {
	var names []string
	for n := len(ran); n > 0; n-- {
		names = append(names, <-ran)
	}
	return strings.Join(names, " ")
}

func main() {
	runtime.GOMAXPROCS(1)
	time.Sleep(time.Millisecond) // the runtime's own goroutines have run by now
	start("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	wg.Wait()
	fmt.Println(collect())

	bell := make(chan int)
	wg.Go(func() {
		<-bell
		ran <- "被唤醒的"
	})
	runtime.Gosched()
	start("x", "y", "z")
	bell <- 1
	wg.Wait()
	fmt.Println(collect())
}
