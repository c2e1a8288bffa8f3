// len says one; two consumers believe it; one of them waits for ever.
package main

import (
	"fmt"
	"time"
)

func main() {
	ch := make(chan int, 4)
	ch <- 1
	looked, goOn, got := make(chan bool), make(chan bool), make(chan int, 2)
	for range 2 {
		go func() {
			looked <- len(ch) > 0
			<-goOn
			got <- <-ch
		}()
	}
	fmt.Println("两个都看到有货：", <-looked && <-looked)
	close(goOn)
	time.Sleep(10 * time.Millisecond)
	fmt.Println("先看 len：取到", len(got), "卡住", 2-len(got))

	ch = make(chan int, 4)
	ch <- 1
	hit, miss := make(chan bool, 2), make(chan bool, 2)
	for range 2 {
		go func() {
			select {
			case <-ch:
				hit <- true
			default:
				miss <- true
			}
		}()
	}
	time.Sleep(10 * time.Millisecond)
	fmt.Println("select + default：取到", len(hit), "落空", len(miss))

	un := make(chan int)
	go func() { un <- 1 }()
	time.Sleep(10 * time.Millisecond)
	fmt.Println("无缓冲，有人在等着发：len", len(un), "cap", cap(un))
}
