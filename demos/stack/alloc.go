// Where stacks come from and go to, seen in the bytes of spans that hold stacks.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
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

func inuse() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.StackInuse)
}

// park starts n goroutines so many frames deep and gives the bytes their stacks take; the function
// lets them end and gives the bytes that are still taken afterwards.
func park(n, depth int) (int, func() int) {
	before := inuse()
	stop := make(chan bool)
	var ready, end sync.WaitGroup
	ready.Add(n)
	end.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			bottom := func() { ready.Done(); <-stop }
			if depth > 0 {
				deep(depth, bottom)
			} else {
				bottom()
			}
			end.Done()
		}()
	}
	ready.Wait()
	return inuse() - before, func() int {
		close(stop)
		end.Wait()
		runtime.Gosched()
		return inuse() - before
	}
}

// kib rounds to the KiB of one of n stacks.
func kib(bytes, n int) int { return (bytes + n*512) / (n * 1024) }

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	took, end := park(400, 50)
	fmt.Println("400 个深栈，每个 KiB：", kib(took, 400))
	fmt.Println("退出后还占着的不到一成：", end() < took/10)
	took, end = park(1000, 0)
	fmt.Println("1000 个浅栈，每个 KiB：", kib(took, 1000))
	fmt.Println("退出后还占着的不到一成：", end() < took/10)
}
