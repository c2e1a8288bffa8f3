// Twin of value_copy.rs: change the variable after it was sent, by value and by pointer.
package main

import "fmt"

type point struct{ x int }

func main() {
	values := make(chan point, 1)
	p := point{x: 1}
	values <- p
	p.x = 99
	got := <-values
	fmt.Printf("按值 收到 %d 原变量 %d\n", got.x, p.x)

	pointers := make(chan *point, 1)
	q := &point{x: 1}
	pointers <- q
	q.x = 99
	shared := <-pointers
	fmt.Printf("指针 收到 %d 原变量 %d\n", shared.x, q.x)
}
