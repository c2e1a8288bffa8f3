// Deadlock: what is reported, and what only looks like it.
package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// philosophers eat once each; the last one may take the forks in the other order.
func philosophers(n int, lastTurnsRound bool) string {
	forks := make([]sync.Mutex, n)
	var fs []func()
	for i := range n {
		fs = append(fs, func() {
			l, r := i, (i+1)%n
			if lastTurnsRound && i == n-1 {
				l, r = r, l
			}
			forks[l].Lock()
			forks[r].Lock()
			forks[r].Unlock()
			forks[l].Unlock()
		})
	}
	race(fs...)
	return "all ate"
}

func init() {
	dies("dead/recv", func() string { <-make(chan int); return "" })
	dies("dead/send", func() string { make(chan int) <- 1; return "" })
	dies("dead/send-full", func() string { filled(1) <- 1; return "" })
	dies("dead/nil-recv", func() string { var c chan int; <-c; return "got" })
	dies("dead/nil-send", func() string { var c chan int; c <- 1; return "sent" })
	dies("dead/nil-range", func() string {
		var c chan int
		for range c {
		}
		return "over"
	})
	dies("dead/nil-select", func() string {
		var c, d chan int
		select {
		case <-c:
		case d <- 1:
		}
		return "chosen"
	})
	dies("dead/empty-select", func() string { select {} })
	dies("dead/mutex-twice", func() string {
		var mu sync.Mutex
		mu.Lock()
		mu.Lock()
		return "locked twice"
	})
	dies("dead/read-then-write", func() string {
		var mu sync.RWMutex
		mu.RLock()
		mu.Lock()
		return "upgraded"
	})
	dies("dead/wait-without-done", func() string {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
		return "waited"
	})
	dies("dead/cond-without-signal", func() string {
		c := sync.NewCond(new(sync.Mutex))
		c.L.Lock()
		c.Wait()
		return "woken"
	})
	dies("dead/once-in-once", func() string {
		var once sync.Once
		once.Do(func() { once.Do(func() {}) })
		return "twice"
	})
	dies("dead/both-send-first", func() string {
		a, b := make(chan int), make(chan int)
		race(func() { a <- 1; <-b }, func() { b <- 1; <-a })
		return "exchanged"
	})
	dies("dead/range-without-close", func() string {
		c := make(chan int)
		go func() { c <- 1 }()
		for range c {
		}
		return "over"
	})
	dies("dead/background-is-never-done", func() string {
		<-context.Background().Done()
		return "done"
	})
	dies("dead/main-goexit", func() string {
		go func() {}()
		runtime.Goexit()
		return ""
	})
	dies("dead/main-goexit-others-blocked", func() string {
		c := make(chan int)
		go func() { <-c }()
		runtime.Goexit()
		return ""
	})
	dies("dead/two-locks-crosswise", func() string {
		var a, b sync.Mutex
		race(func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() }, func() { b.Lock(); a.Lock(); a.Unlock(); b.Unlock() })
		return "both through"
	})
	dies("dead/two-locks-in-order", func() string {
		var a, b sync.Mutex
		f := func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() }
		race(f, f)
		return "both through"
	})
	dies("dead/philosophers-3", func() string { return philosophers(3, false) })
	dies("dead/philosophers-3-one-turned", func() string { return philosophers(3, true) })
	dies("dead/signal-lost", func() string {
		// The signal may come before the wait, and nobody looks at a condition.
		c := sync.NewCond(new(sync.Mutex))
		race(func() { c.L.Lock(); c.Wait(); c.L.Unlock() }, func() { c.Signal() })
		return "woken"
	})
	dies("dead/read-lock-twice-around-a-writer", func() string {
		var mu sync.RWMutex
		race(func() { mu.RLock(); mu.RLock(); mu.RUnlock(); mu.RUnlock() }, func() { mu.Lock(); mu.Unlock() })
		return "through"
	})
	dies("dead/leak-is-no-deadlock", func() string {
		go func() { <-make(chan int) }()
		runtime.Gosched()
		return "main returned"
	})
	dies("dead/timer-may-still-come", func() string {
		c := make(chan int)
		time.AfterFunc(time.Millisecond, func() { close(c) })
		<-c
		return "closed"
	})
	dies("dead/after-the-sleeper", func() string {
		go func() { time.Sleep(time.Millisecond) }()
		<-make(chan int)
		return ""
	})
	dies("dead/last-sender-gone", func() string {
		c := make(chan int)
		go func() { c <- 1 }()
		<-c
		<-c
		return "two"
	})
	dies("dead/stopped-timer", func() string {
		t := time.NewTimer(time.Millisecond)
		t.Stop()
		<-t.C
		return "fired"
	})
}
