// Three messages through a channel stay three; three writes into a pipe come out as one read.
package main

import (
	"fmt"
	"os"
)

func main() {
	ch := make(chan string, 3)
	for _, m := range []string{"ab", "cd", "e"} {
		ch <- m
	}
	close(ch)
	for m := range ch {
		fmt.Printf("channel 收到 %q\n", m)
	}

	r, w, err := os.Pipe()
	if err != nil {
		fmt.Println("建不了 pipe：", err)
		return
	}
	for _, m := range []string{"ab", "cd", "e"} {
		w.Write([]byte(m))
	}
	w.Close()
	buf := make([]byte, 64)
	n, _ := r.Read(buf)
	fmt.Printf("pipe 一次读到 %q\n", buf[:n])
}
