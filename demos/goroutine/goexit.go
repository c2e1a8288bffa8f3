// Goexit runs every deferred function, is no panic, and ends one goroutine only.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func leave() { runtime.Goexit() }

func main() {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer fmt.Println("defer 一")
		defer func() {
			if r := recover(); r == nil {
				fmt.Println("defer 二：recover 得到 nil")
			}
		}()
		leave()
		fmt.Println("不会到这里")
	})
	wg.Wait()
	other := make(chan string)
	go func() { other <- "另一个也做完了" }()
	fmt.Println("main 还在，" + <-other)
}
