// Who waited first is served first; who was woken last runs first.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	runtime.GOMAXPROCS(1)
	ch := make(chan int)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			v := <-ch
			fmt.Printf("g%d 拿到 %d\n", i, v)
		}()
		runtime.Gosched() // g<i> runs and parks before the next one exists
	}
	for v := range 6 {
		ch <- v
	}
	wg.Wait()
}
