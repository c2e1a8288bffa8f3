// Random choice is fair over rounds, not over time: three sources, full, slow, and never meeting.
package main

import (
	"fmt"
	"time"
)

func main() {
	full := make(chan int)
	close(full)
	var n [3]int
	for range 300 {
		select {
		case <-full:
			n[0]++
		case <-full:
			n[1]++
		case <-full:
			n[2]++
		}
	}
	fmt.Println("一直有货", n[0], n[1], n[2])

	every := func(gap time.Duration) chan int {
		ch := make(chan int)
		go func() {
			for {
				time.Sleep(gap)
				ch <- 1
			}
		}()
		return ch
	}
	fast, slow := every(1*time.Millisecond), every(10*time.Millisecond)
	nf, ns := 0, 0
	for nf+ns < 66 {
		select {
		case <-fast:
			nf++
		case <-slow:
			ns++
		}
	}
	fmt.Println("快的远多于慢的：", nf > 4*ns, "慢的也有：", ns > 0)

	ch, met := make(chan int), 0
	done := make(chan bool)
	go func() {
		for range 100 {
			select {
			case ch <- 1:
				met++
			default:
			}
			time.Sleep(10 * time.Microsecond)
		}
		close(done)
	}()
	for range 100 {
		select {
		case <-ch:
		default:
		}
		time.Sleep(10 * time.Microsecond)
	}
	<-done
	fmt.Println("双方都只试探，碰上", met)
}
