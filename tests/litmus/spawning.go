// Who runs first: go statements, runnext, Gosched.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

func order(n int) string {
	var s seq
	fs := make([]func(), n)
	for i := range n {
		fs[i] = func() { s.put(byte('a' + i)) }
	}
	par(fs...)
	return s.line()
}

func init() {
	reg("spawn/order-2", func() string { return order(2) })
	reg("spawn/order-3", func() string { return order(3) })
	reg("spawn/order-4", func() string { return order(4) })
	reg("spawn/main-or-child", func() string {
		var s seq
		done := make(chan bool)
		go func() { s.put('c'); done <- true }()
		s.put('m')
		<-done
		return s.line()
	})
	reg("spawn/gosched-then-main", func() string {
		var s seq
		done := make(chan bool)
		go func() { s.put('c'); done <- true }()
		runtime.Gosched()
		s.put('m')
		<-done
		return s.line()
	})
	reg("spawn/gosched-two-children", func() string {
		var s seq
		var wg sync.WaitGroup
		wg.Go(func() { s.put('a') })
		wg.Go(func() { s.put('b') })
		runtime.Gosched()
		s.put('m')
		wg.Wait()
		return s.line()
	})
	reg("spawn/yield-between", func() string {
		var s seq
		par(func() { s.put('a'); runtime.Gosched(); s.put('A') },
			func() { s.put('b'); runtime.Gosched(); s.put('B') })
		return s.line()
	})
	reg("spawn/yield-twice", func() string {
		var s seq
		par(func() { s.put('a'); runtime.Gosched(); s.put('A'); runtime.Gosched(); s.put('x') },
			func() { s.put('b'); runtime.Gosched(); s.put('B') })
		return s.line()
	})
	reg("spawn/child-or-grandchild", func() string {
		var s seq
		done := make(chan bool, 2)
		go func() {
			go func() { s.put('g'); done <- true }()
			s.put('c')
			done <- true
		}()
		<-done
		<-done
		return s.line()
	})
	reg("spawn/go-happens-before", func() string {
		var s seq
		done := make(chan bool)
		s.put('m')
		go func() {
			s.put('c')
			go func() { s.put('g'); done <- true }()
		}()
		<-done
		return s.line()
	})
	reg("spawn/chain-and-main", func() string {
		var s seq
		done := make(chan bool)
		go func() {
			s.put('c')
			go func() { s.put('g'); done <- true }()
		}()
		s.put('m')
		<-done
		return s.line()
	})
	reg("spawn/two-generations", func() string {
		var s seq
		var wg sync.WaitGroup
		for _, c := range []byte("ab") {
			wg.Go(func() {
				wg.Go(func() { s.put(c - 32) })
				s.put(c)
			})
		}
		wg.Wait()
		return s.line()
	})
	reg("spawn/woken-or-new", func() string {
		var s seq
		var wg sync.WaitGroup
		c := make(chan int)
		wg.Go(func() { <-c; s.put('w') })
		runtime.Gosched()
		c <- 1
		wg.Go(func() { s.put('n') })
		wg.Wait()
		return s.line()
	})
	reg("spawn/woken-by-two-sends", func() string {
		var s seq
		var wg sync.WaitGroup
		c, d := make(chan int), make(chan int)
		wg.Go(func() { <-c; s.put('c') })
		wg.Go(func() { <-d; s.put('d') })
		c <- 1
		d <- 1
		wg.Wait()
		return s.line()
	})
	reg("spawn/seen-after-one-yield", func() string {
		var flag atomic.Int64
		done := make(chan bool)
		go func() { flag.Store(1); done <- true }()
		runtime.Gosched()
		r := flag.Load()
		<-done
		return fmt.Sprint(r)
	})
	reg("spawn/seen-without-yield", func() string {
		var flag atomic.Int64
		done := make(chan bool)
		go func() { flag.Store(1); done <- true }()
		r := flag.Load()
		<-done
		return fmt.Sprint(r)
	})
	reg("spawn/yields-until-seen", func() string {
		var flag atomic.Int64
		go func() { flag.Store(1) }()
		n := 0
		for flag.Load() == 0 {
			runtime.Gosched()
			n++
		}
		return fmt.Sprint(min(n, 2))
	})
	reg("spawn/argument-now", func() string {
		x, got := 1, make(chan int)
		go func(v int) { got <- v }(x)
		x = 2
		return fmt.Sprint(<-got, x)
	})
	reg("spawn/variable-each-round", func() string {
		var sum atomic.Int64
		var wg sync.WaitGroup
		for i := range int64(3) {
			wg.Go(func() { sum.Add(1 << (4 * i)) })
		}
		wg.Wait()
		return fmt.Sprintf("%x", sum.Load())
	})
	reg("spawn/last-of-3", func() string {
		s := order(3)
		return s[2:]
	})
	reg("spawn/started-while-main-worked", func() string {
		var begun atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { begun.Add(1) })
		}
		n := begun.Load()
		wg.Wait()
		return fmt.Sprint(n)
	})
}
