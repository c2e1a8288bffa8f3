// break inside select leaves the select, not the loop around it; a label says which one is meant.
package main

import "fmt"

func main() {
	done := make(chan bool)
	close(done)

	plain := 0
	for i := 0; i < 3; i++ {
		select {
		case <-done:
			fmt.Println("第", i, "圈 break")
			break
		}
		plain++
	}
	fmt.Println("不带标签：循环体走完", plain, "圈")

	labelled := 0
loop:
	for i := 0; i < 3; i++ {
		select {
		case <-done:
			fmt.Println("第", i, "圈 break loop")
			break loop
		}
		labelled++
	}
	fmt.Println("带标签：循环体走完", labelled, "圈")
}
