// Stop is closed and work never runs out: how much is still done, with and without looking first.
package main

import "fmt"

func after(first bool) int {
	stop, work := make(chan bool), make(chan int)
	close(stop)
	close(work)
	for done := 0; ; done++ {
		if first {
			select {
			case <-stop:
				return done
			default:
			}
		}
		select {
		case <-stop:
			return done
		case <-work:
		}
	}
}

func main() {
	extra, checked := 0, 0
	for range 200 {
		extra += after(false)
		checked += after(true)
	}
	fmt.Println("普通写法停止后还会多处理：", extra > 0)
	fmt.Println("先检查再等，多处理", checked)

	high, low := make(chan int), make(chan int)
	close(high)
	close(low)
	lows := 0
	for range 100 {
		select {
		case <-high:
			continue
		default:
		}
		select {
		case <-high:
		case <-low:
			lows++
		}
	}
	fmt.Println("高优先级一直有货，低优先级轮到", lows)
}
