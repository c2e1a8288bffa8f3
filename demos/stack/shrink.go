// A collection halves a stack of which less than a quarter is used, unless it is not safe just then.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	"unsafe"
)

//go:noinline
func deep(n int, bottom func()) byte {
	var pad [1000]byte
	pad[n%1000] = 1
	if n > 1 {
		pad[0] += deep(n-1, bottom)
	} else {
		bottom()
	}
	return pad[n%1000]
}

// movedDuring says whether the stack moved while wait ran.
//
//go:noinline
func movedDuring(wait func()) bool {
	var x int
	before := uintptr(unsafe.Pointer(&x))
	wait()
	return uintptr(unsafe.Pointer(&x)) != before
}

var done = make(chan bool)

func collect() {
	time.Sleep(5 * time.Millisecond)
	runtime.GC()
}

func main() {
	debug.SetGCPercent(-1)
	ch := make(chan int)
	recv := func() { <-ch }

	go func() {
		deep(100, func() {})
		fmt.Println("等在 channel 上，用得少：", movedDuring(recv))
		done <- true
	}()
	collect()
	ch <- 1
	<-done

	var pipe [2]int
	syscall.Pipe(pipe[:])
	go func() {
		deep(100, func() {})
		buf := make([]byte, 1)
		fmt.Println("正在系统调用里：", movedDuring(func() { syscall.Read(pipe[0], buf) }))
		fmt.Println("系统调用回来再等：", movedDuring(recv))
		done <- true
	}()
	collect()
	syscall.Write(pipe[1], []byte{1})
	collect()
	ch <- 1
	<-done

	go func() {
		deep(100, func() {})
		deep(40, func() { fmt.Println("用着四分之一以上：", movedDuring(recv)) })
		done <- true
	}()
	collect()
	ch <- 1
	<-done
}
