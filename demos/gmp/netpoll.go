// Waiting for the network: no threads, and each write wakes who waits on that connection.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func main() {
	const readers = 100
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	got := make(chan int, readers)
	before := threads()
	var conns []net.Conn
	for i := range readers {
		near, _ := net.Dial("tcp", l.Addr().String())
		far, _ := l.Accept()
		conns = append(conns, near)
		go func() {
			var b [1]byte
			if _, err := far.Read(b[:]); err == nil {
				got <- i
			}
		}()
	}
	time.Sleep(50 * time.Millisecond)
	fmt.Printf("%d 个 goroutine 等在连接上，线程增加不到 5 个： %v\n", readers, threads()-before < 5)
	right := 0
	for i, c := range conns {
		c.Write([]byte("x"))
		woken := <-got
		time.Sleep(50 * time.Microsecond)
		if woken == i && len(got) == 0 {
			right++
		}
	}
	fmt.Println("写一个连接只醒一个：", right, "次")
}
