package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var sink []byte

//go:noinline
func depth(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + depth(n-1)
}

func watch(what string, op func()) {
	var ran atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { ran.Add(1) })
	op()
	told := "另一个没有跑"
	if ran.Load() == 1 {
		told = "另一个跑过"
	}
	fmt.Printf("%s：%s\n", what, told)
	wg.Wait()
}

func main() {
	runtime.GOMAXPROCS(1)
	time.Sleep(time.Millisecond)
	watch("打印", func() { fmt.Println("你好") })
	watch("分配 1 MB", func() { sink = make([]byte, 1<<20) })
	watch("深 100 层的调用", func() { depth(100) })
	free := make(chan int, 1)
	watch("发进有空位的缓冲", func() { free <- 1 })
	watch("Gosched", runtime.Gosched)
	full, reply := make(chan int), make(chan int, 1)
	go func() { reply <- <-full }()
	watch("发给还没有接收者的 channel", func() { full <- 1 })
	var m sync.Mutex
	go func() {
		m.Lock()
		time.Sleep(time.Millisecond)
		m.Unlock()
	}()
	runtime.Gosched()
	watch("等别人拿着的锁", m.Lock)
	watch("Sleep", func() { time.Sleep(100 * time.Microsecond) })
}
