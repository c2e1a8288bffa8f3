// Unbuffered send waits for its receiver; two goroutines alternate with nothing shared.
package main

import (
	"fmt"
	"time"
)

func main() {
	ch := make(chan int)
	go func() {
		time.Sleep(5 * time.Millisecond)
		<-ch
	}()
	start := time.Now()
	ch <- 1
	fmt.Println("发送等到接收方到场：", time.Since(start) >= 5*time.Millisecond)

	digit, letter, done := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		for i := 1; i <= 3; i++ {
			<-digit
			fmt.Println(i)
			letter <- true
		}
	}()
	go func() {
		for c := 'A'; c <= 'C'; c++ {
			<-letter
			fmt.Println(string(c))
			if c < 'C' {
				digit <- true
			}
		}
		close(done)
	}()
	digit <- true
	<-done
}
