// The classic example: a worker that sleeps in default, a main that sleeps three periods. How many lines?
// Which of two timers due together comes first is decided here by waking one of them late.
package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const unit = 40

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func racy(mainLate, third, fourth int64) (int64, bool) {
	var lines, seen atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			select {
			case <-ctx.Done():
				seen.Store(1)
				return
			default:
				extra := int64(0)
				switch lines.Add(1) {
				case 3:
					extra = third
				case 4:
					extra = fourth
				}
				time.Sleep(ms(unit + extra))
			}
		}
	}()
	time.Sleep(ms(3*unit + mainLate))
	cancel()
	time.Sleep(ms(unit))
	return lines.Load(), seen.Load() == 1
}

func mended() (int64, bool) {
	var lines, seen atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(ms(unit))
		defer tick.Stop()
		for {
			lines.Add(1)
			select {
			case <-ctx.Done():
				time.Sleep(ms(5)) // tidying up takes a moment
				seen.Store(1)
				return
			case <-tick.C:
			}
		}
	})
	time.Sleep(ms(2*unit + unit/2))
	cancel()
	wg.Wait()
	return lines.Load(), seen.Load() == 1
}

func show(name string, lines int64, seen bool) {
	fmt.Printf("%s：%d 行，看到取消=%v\n", name, lines, seen)
}

func main() {
	n, s := racy(0, 15, 0)
	show("main 先醒", n, s)
	n, s = racy(15, 0, 0)
	show("worker 先醒", n, s)
	n, s = racy(15, 0, 30)
	show("worker 先醒、又睡过头", n, s)
	n, s = mended()
	show("修复版", n, s)
}
