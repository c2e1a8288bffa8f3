// Which waits cost a thread, counted by the kernel.
package main

import (
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

func threads() int {
	all, _ := os.ReadDir("/proc/self/task")
	return len(all)
}

func main() {
	const each = 20
	var lock sync.Mutex
	lock.Lock()
	ch := make(chan int)
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	before := threads()
	for range each {
		go func() { lock.Lock(); lock.Unlock() }()
		go func() { <-ch }()
		go time.Sleep(time.Hour)
		near, _ := net.Dial("tcp", l.Addr().String())
		far, _ := l.Accept()
		defer near.Close()
		go func() { var b [1]byte; far.Read(b[:]) }()
	}
	time.Sleep(50 * time.Millisecond)
	fmt.Printf("等锁、channel、定时器、网络各 %d 个，线程增加不到 5 个： %v\n", each, threads()-before < 5)
	before = threads()
	for range each {
		var pipe [2]int
		syscall.Pipe(pipe[:])
		go func() { var b [1]byte; syscall.Read(pipe[0], b[:]) }()
	}
	time.Sleep(100 * time.Millisecond)
	fmt.Printf("%d 个阻塞的系统调用，线程增加 15 个以上： %v\n", each, threads()-before >= 15)
}
