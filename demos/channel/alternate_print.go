// 1A2B3C…: two goroutines pass a baton; then the version that hands it to nobody.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
)

func alternate(n int, lastHandOver bool) (string, int) {
	before := runtime.NumGoroutine()
	num, let := make(chan struct{}), make(chan struct{})
	var text strings.Builder
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Add(1)
	go func() {
		defer ended.Done()
		for i := 1; i <= n; i++ {
			<-num
			fmt.Fprint(&text, i)
			let <- struct{}{}
		}
	}()
	go func() {
		for i := range n {
			<-let
			fmt.Fprintf(&text, "%c", 'A'+i)
			if i == n-1 {
				close(done)
				if !lastHandOver {
					return
				}
			}
			num <- struct{}{} // after the last letter nobody is left to take it
		}
	}()
	num <- struct{}{}
	<-done
	ended.Wait()
	time.Sleep(10 * time.Millisecond)
	return text.String(), runtime.NumGoroutine() - before
}

func main() {
	text, left := alternate(5, false)
	fmt.Println(text, "剩下", left)
	text, left = alternate(5, true)
	fmt.Println(text, "剩下", left)
}
