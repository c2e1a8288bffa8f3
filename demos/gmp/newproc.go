package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func batch(title string) {
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c"} {
		wg.Go(func() { fmt.Println(title, name) })
	}
	wg.Wait()
}

func main() {
	runtime.GOMAXPROCS(1)
	time.Sleep(time.Millisecond) // the runtime's own goroutines have run by now
	batch("第一批")
	batch("第二批")
}
