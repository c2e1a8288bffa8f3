// Two goroutines hand one processor to and fro: no variable moves.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

const rounds = 100

//go:noinline
func countSame(mark int) (same int) {
	local := mark
	address := uintptr(unsafe.Pointer(&local))
	for range rounds {
		runtime.Gosched()
		if uintptr(unsafe.Pointer(&local)) == address && local == mark {
			same++
		}
	}
	return same
}

func main() {
	runtime.GOMAXPROCS(1)
	var wg sync.WaitGroup
	for _, mark := range []int{11, 22} {
		wg.Go(func() {
			same := countSame(mark)
			fmt.Printf("切走又回来 %d 次，地址和值都没变的 %d 次\n", rounds, same)
		})
	}
	wg.Wait()
}
