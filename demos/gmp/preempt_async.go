// A loop without calls is stopped by a signal: main runs again and again before it is over.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

var over atomic.Bool
var sink atomic.Int64

func main() {
	runtime.GOMAXPROCS(1)
	go func() {
		n := int64(0)
		for i := 0; i < 400_000_000; i++ {
			n += int64(i) ^ n
		}
		sink.Store(n)
		over.Store(true)
	}()
	turns := 0
	for !over.Load() {
		turns++
		runtime.Gosched()
	}
	fmt.Println("循环跑完之前 main 得到运行 3 次以上：", turns > 3)
}
