// Entering a select evaluates every channel and every value to send, once, in written order.
package main

import "fmt"

var calls int

func ch(name string, c chan int) chan int {
	fmt.Println("chan", name)
	calls++
	return c
}

func val(v int) int {
	fmt.Println("val", v)
	calls++
	return v
}

func target(box []int) []int {
	fmt.Println("target")
	return box
}

func main() {
	ready := make(chan int, 1)
	ready <- 42
	box := make([]int, 1)
	select {
	case ch("nil", nil) <- val(1):
	case target(box)[0] = <-ch("ready", ready):
		fmt.Println("选中 ready", box[0])
	case <-ch("idle", make(chan int)):
	}
	fmt.Println("求值次数", calls)
}
