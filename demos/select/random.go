// Several cases ready: each is chosen equally often; a channel written twice gets two shares.
package main

import "fmt"

const rounds = 300

func main() {
	a, b, c := make(chan int), make(chan int), make(chan int)
	close(a)
	close(b)
	close(c)
	na, nb, nc := 0, 0, 0
	for range rounds {
		select {
		case <-a:
			na++
		case <-b:
			nb++
		case <-c:
			nc++
		}
	}
	fmt.Println("三路各", na, nb, nc)

	twice, once := 0, 0
	for range rounds {
		select {
		case <-a:
			twice++
		case <-b:
			once++
		case <-a:
			twice++
		}
	}
	fmt.Println("写了两次的", twice, "写了一次的", once)

	var never chan int
	only := 0
	for range 20 {
		select {
		case <-a:
			only++
		case <-never:
		}
	}
	fmt.Println("只有一路可行", only)
}
