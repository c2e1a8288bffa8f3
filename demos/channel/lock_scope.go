// Twin of lock_scope.rs: polling an empty channel, then 4 senders and 4 receivers at once.
// How often the lock is taken cannot be read from Go; that number is ours alone.
package main

import (
	"fmt"
	"sync"
)

func main() {
	ch := make(chan int, 1)
	hits := 0
	for range 100 {
		select {
		case <-ch:
			hits++
		default:
		}
	}
	fmt.Printf("空轮询 100 次 收到 %d 次\n", hits)
	ch <- 7
	select {
	case v := <-ch:
		fmt.Println("投递之后下一次轮询 收到", v)
	default:
		fmt.Println("投递之后下一次轮询 落空")
	}

	work, seen := make(chan int, 2), make(chan int, 40)
	var senders, receivers sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for i := range 10 {
				work <- s*10 + i
			}
		})
		receivers.Go(func() {
			for v := range work {
				seen <- v
			}
		})
	}
	senders.Wait()
	close(work)
	receivers.Wait()
	close(seen)
	unique := map[int]bool{}
	n := 0
	for v := range seen {
		unique[v] = true
		n++
	}
	fmt.Printf("发出 40 个 收到 %d 个 不同的 %d 个\n", n, len(unique))
}
