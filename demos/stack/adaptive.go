// The size a goroutine starts with follows the average use seen by the last collection; but only a
// goroutine record that is used again gets it.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

func starting() uint64 {
	s := []metrics.Sample{{Name: "/gc/stack/starting-size:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func inuse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.StackInuse
}

//go:noinline
func deep(ready *sync.WaitGroup, stop chan bool) byte {
	var pad [10000]byte
	pad[len(stop)] = 1
	ready.Done()
	<-stop
	return pad[len(stop)]
}

// park starts 1000 goroutines that need little and gives the bytes one stack takes, to the nearest
// KiB; the function lets them end.
func park() (uint64, func()) {
	before := inuse()
	stop := make(chan bool)
	var ready, end sync.WaitGroup
	ready.Add(1000)
	end.Add(1000)
	for i := 0; i < 1000; i++ {
		go func() { ready.Done(); <-stop; end.Done() }()
	}
	ready.Wait()
	return (inuse() - before + 512*1000) / 1024000 * 1024, func() {
		close(stop)
		end.Wait()
		time.Sleep(time.Millisecond)
	}
}

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	runtime.GC()
	fmt.Println("开始时：", starting())
	stop := make(chan bool)
	var ready sync.WaitGroup
	ready.Add(1000)
	for i := 0; i < 1000; i++ {
		go deep(&ready, stop)
	}
	ready.Wait()
	runtime.GC()
	fmt.Println("1000 个约 10 KB 深的协程活着时 GC 之后：", starting())
	size, end := park()
	fmt.Println("全新的协程，每个栈：", size)
	end()
	size, end = park()
	fmt.Println("复用的协程，每个栈：", size)
	end()
	close(stop)
	time.Sleep(time.Millisecond)
	runtime.GC()
	fmt.Println("它们退出后再 GC：", starting())
}
