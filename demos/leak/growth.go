// A service that loses one goroutine a request: the number grows, nobody complains, nothing is freed.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

type request struct{ body [256]byte }

var freed atomic.Int64

func handle(number int) {
	r := &request{}
	runtime.AddCleanup(r, func(int) { freed.Add(1) }, 0)
	answer := make(chan int)
	go func() {
		time.Sleep(100 * time.Microsecond)
		answer <- number // nobody receives
		r.body[0] = 1
	}()
}

func main() {
	before := runtime.NumGoroutine()
	for number := 1; number <= 40; number++ {
		handle(number)
		if number%10 == 0 {
			time.Sleep(10 * time.Millisecond)
			fmt.Printf("%d 个请求之后：多出 %d 个 goroutine\n", number, runtime.NumGoroutine()-before)
		}
	}
	fmt.Println("结局：正常，没有报错")
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	fmt.Printf("40 份请求数据里释放了 %d 份\n", freed.Load())
}
