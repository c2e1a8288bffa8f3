// Three workers compute: one never looks at its context, one each round, one every fourth.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const rounds = 200 // long enough that a busy machine cannot finish them before the cancel

func work(ctx context.Context, every int) bool {
	for i := range rounds {
		if every > 0 && i%every == 0 && ctx.Err() != nil {
			return false
		}
		for start := time.Now(); time.Since(start) < time.Millisecond; {
		}
	}
	return true
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	all := make([]bool, 3)
	for i, every := range []int{0, 1, 4} {
		wg.Go(func() { all[i] = work(ctx, every) })
	}
	time.Sleep(5500 * time.Microsecond)
	cancel()
	wg.Wait()
	fmt.Println("不检查 跑完全部", all[0])
	fmt.Println("每轮检查 跑完全部", all[1])
	fmt.Println("每 4 轮检查 跑完全部", all[2])
}
