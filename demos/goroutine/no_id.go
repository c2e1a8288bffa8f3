// Numbers are handed out once; and what a goroutine held stays held when it vanishes.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
)

// goid reads the number from the first line of a traceback: fit for a demonstration only.
func goid() string {
	buf := make([]byte, 64)
	return string(bytes.Fields(buf[:runtime.Stack(buf, false)])[1])
}

func main() {
	const rounds = 200
	seen := map[string]bool{}
	for range rounds {
		id := make(chan string)
		go func() { id <- goid() }()
		seen[<-id] = true
	}
	fmt.Printf("起了又结束 %d 个，编号重复的有 %d 个\n", rounds, rounds-len(seen))

	var lock sync.Mutex
	var wg sync.WaitGroup
	wg.Go(func() {
		lock.Lock()
		runtime.Goexit() // as a kill would: in the middle of the critical section
	})
	wg.Wait()
	fmt.Println("持锁者消失之后，TryLock 得到", lock.TryLock())
}
