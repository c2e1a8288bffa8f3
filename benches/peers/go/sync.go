// Locks, counters, conditions and cancellation: the programs of benches/sched/sync.rs.
package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func fanOut() {
	n := count(1_000_000)
	var sum atomic.Int64
	t := time.Now()
	for range n / 100 {
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { sum.Add(int64(i)) })
		}
		wg.Wait()
	}
	want(sum.Load() == int64(n/100*4950), "sum")
	report("ns/task", since(t)/float64(n/100*100))
}

var sink int64

func rwmutex() {
	n := count(4_000_000) / 8
	var mu sync.RWMutex
	var x atomic.Int64
	var wg sync.WaitGroup
	t := time.Now()
	for range 8 {
		wg.Go(func() {
			var seen int64
			for i := range n {
				if i%1000 == 0 {
					mu.Lock()
					x.Add(1)
					mu.Unlock()
				} else {
					mu.RLock()
					seen += x.Load()
					mu.RUnlock()
				}
			}
			atomic.StoreInt64(&sink, seen)
		})
	}
	wg.Wait()
	want(x.Load() == int64(8*((n+999)/1000)), "writes")
	report("ns/op", since(t)/float64(8*n))
}

func mutex1() {
	n := count(30_000_000)
	var mu sync.Mutex
	x := 0
	t := time.Now()
	for range n {
		mu.Lock()
		x++
		mu.Unlock()
	}
	want(x == n, "counter")
	report("ns/op", since(t)/float64(n))
}

func once() {
	n := count(100_000_000)
	var o sync.Once
	x := 0
	t := time.Now()
	for range n {
		o.Do(func() { x++ })
	}
	want(x == 1, "counter")
	report("ns/op", since(t)/float64(n))
}

func cond() {
	const members = 100
	rounds := count(500_000) / members
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	here, round := 0, 0
	var wg sync.WaitGroup
	t := time.Now()
	for range members {
		wg.Go(func() {
			for range rounds {
				mu.Lock()
				mine := round
				here++
				if here == members {
					here = 0
					round++
					c.Broadcast()
				}
				for round == mine {
					c.Wait()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	want(round == rounds, "rounds")
	report("ns/wake", since(t)/float64(rounds*members))
}

func mutex64() {
	n := count(4_000_000) / 64
	var mu sync.Mutex
	x := 0
	var wg sync.WaitGroup
	t := time.Now()
	for range 64 {
		wg.Go(func() {
			for range n {
				mu.Lock()
				x++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	want(x == 64*n, "counter")
	report("ns/op", since(t)/float64(64*n))
}

func atomics() {
	n := count(20_000_000) / 8
	var x atomic.Int64
	var wg sync.WaitGroup
	t := time.Now()
	for range 8 {
		wg.Go(func() {
			for range n {
				x.Add(1)
			}
		})
	}
	wg.Wait()
	want(x.Load() == int64(8*n), "counter")
	report("ns/op", since(t)/float64(8*n))
}

func ctxTree() {
	const children = 1000
	type child struct {
		ctx    context.Context
		cancel context.CancelFunc
	}
	rounds := count(500_000) / children
	cancelled := 0
	t := time.Now()
	for range rounds {
		root, cancel := context.WithCancel(context.Background())
		all := make([]child, 0, children)
		for range children {
			ctx, stop := context.WithCancel(root)
			all = append(all, child{ctx, stop})
		}
		cancel()
		for _, c := range all {
			if c.ctx.Err() != nil {
				cancelled++
			}
		}
	}
	want(cancelled == rounds*children, "cancelled")
	report("ns/context", since(t)/float64(rounds*children))
}

func ctxRequest() {
	n := count(300_000)
	root, stop := context.WithCancel(context.Background())
	t := time.Now()
	for i := range n {
		ctx, cancel := context.WithTimeout(root, 5*time.Second)
		answer := make(chan int, 1)
		go func() { answer <- i }()
		select {
		case <-ctx.Done():
			want(false, "too late")
		case v := <-answer:
			want(v == i, "answer")
		}
		cancel()
	}
	report("ns/op", since(t)/float64(n))
	stop()
}

func ctxWait() {
	const waiting = 1000
	rounds := count(200_000) / waiting
	t := time.Now()
	for range rounds {
		root, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		never := make(chan struct{})
		for range waiting {
			ctx, _ := context.WithCancel(root)
			wg.Go(func() {
				select {
				case <-ctx.Done():
				case <-never:
					want(false, "nobody sends")
				}
			})
		}
		runtime.Gosched()
		cancel()
		wg.Wait()
	}
	report("ns/goroutine", since(t)/float64(rounds*waiting))
}

func calls() {
	n := count(2_000_000) / 4
	var wg sync.WaitGroup
	t := time.Now()
	for range 4 {
		wg.Go(func() {
			for range n {
				// By its number: syscall.Getppid leaves the scheduler out, because the call cannot block.
				ppid, _, _ := syscall.Syscall(syscall.SYS_GETPPID, 0, 0, 0)
				want(ppid > 0, "parent")
			}
		})
	}
	wg.Wait()
	report("ns/call", since(t)/float64(4*n))
}
