// The number of channels is known only at run time: reflect.Select, or one channel for all.
package main

import (
	"fmt"
	"reflect"
)

func main() {
	const n = 64
	chans := make([]chan int, n)
	cases := make([]reflect.SelectCase, n)
	for i := range chans {
		chans[i] = make(chan int, 1)
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(chans[i])}
	}
	chans[41] <- 7
	i, v, ok := reflect.Select(cases)
	fmt.Println("选中", i, v.Int(), ok)

	merged := make(chan int)
	for i, ch := range chans {
		go func() {
			for v := range ch {
				merged <- i*100 + v
			}
		}()
	}
	chans[12] <- 5
	fmt.Println("汇入后收到", <-merged)
}
