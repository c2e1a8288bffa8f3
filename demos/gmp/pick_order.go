package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func burn(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func alone() {
	var wg sync.WaitGroup
	wg.Go(func() {
		for _, what := range []string{"本地一", "本地二", "runnext 里的"} {
			wg.Go(func() { fmt.Println(what) })
		}
	})
	runtime.Gosched() // main goes to the global queue
	fmt.Println("全局里的")
	wg.Wait()
}

func together() {
	runtime.GOMAXPROCS(2)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { burn(200 * time.Microsecond) })
	}
	wg.Wait()
	fmt.Println("八个任务做完")
}

func main() {
	runtime.GOMAXPROCS(1)
	time.Sleep(time.Millisecond) // the runtime's own goroutines have run by now
	alone()
	together()
}
