// Buffers: how far a sender may run ahead, in which order values come out.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// ahead counts the sends that were done when main looks after one yield.
func ahead(capacity int) string {
	c := make(chan int, capacity)
	var n atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for range capacity + 2 {
			c <- 1
			n.Add(1)
		}
	})
	runtime.Gosched()
	r := n.Load()
	for range capacity + 2 {
		<-c
	}
	wg.Wait()
	return fmt.Sprint(r)
}

// bound tells the most goroutines that were inside at once.
func bound(goroutines, places int) string {
	c := make(chan int, places)
	var inside, most atomic.Int64
	var fs []func()
	for range goroutines {
		fs = append(fs, func() {
			c <- 1
			n := inside.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			inside.Add(-1)
			<-c
		})
	}
	race(fs...)
	return fmt.Sprint(most.Load())
}

func init() {
	reg("buf/sender-does-not-wait", func() string {
		var s seq
		c := make(chan int, 1)
		race(func() { c <- 1; s.put('s') }, func() { s.put('r'); <-c })
		return s.line()
	})
	reg("buf/recv-frees-a-place-1", func() string {
		var s seq
		c := make(chan int, 1)
		race(func() { c <- 1; c <- 2; s.put('s') }, func() { s.put('r'); <-c; <-c })
		return s.line()
	})
	reg("buf/recv-frees-a-place-2", func() string {
		var s seq
		c := make(chan int, 2)
		race(func() { c <- 1; c <- 2; c <- 3; s.put('s') }, func() { s.put('r'); <-c; <-c; <-c })
		return s.line()
	})
	reg("buf/gather-2x1-cap1", func() string { return gather(2, 1, 1) })
	reg("buf/gather-2x2-cap1", func() string { return gather(2, 2, 1) })
	reg("buf/gather-2x2-cap4", func() string { return gather(2, 2, 4) })
	reg("buf/gather-3x1-cap2", func() string { return gather(3, 1, 2) })
	reg("buf/split-2x2-cap1", func() string { return split(2, 2, 1) })
	reg("buf/split-2x3-cap3", func() string { return split(2, 3, 3) })
	reg("buf/ahead-cap1", func() string { return ahead(1) })
	reg("buf/ahead-cap2", func() string { return ahead(2) })
	reg("buf/ahead-cap3", func() string { return ahead(3) })
	reg("buf/len-while-sending", func() string {
		c := make(chan int, 2)
		n := 0
		race(func() { c <- 1; c <- 2 }, func() { n = len(c) })
		return fmt.Sprint(n)
	})
	reg("buf/len-then-recv", func() string {
		c := make(chan int, 2)
		r := "not yet"
		race(func() { c <- 1; c <- 2 }, func() {
			if len(c) > 0 {
				r = tryRecv(c)
			}
		})
		return r
	})
	reg("buf/len-after-both", func() string {
		c := make(chan int, 2)
		race(func() { c <- 1; c <- 2 }, func() { <-c })
		return fmt.Sprint(len(c))
	})
	reg("buf/last-place", func() string {
		c := make(chan int, 1)
		var a, b bool
		race(func() { a = trySend(c, 1) }, func() { b = trySend(c, 2) })
		return fmt.Sprint(a, " ", b, " ", <-c)
	})
	reg("buf/last-value", func() string {
		c := make(chan int, 1)
		c <- 7
		var a, b string
		race(func() { a = tryRecv(c) }, func() { b = tryRecv(c) })
		return a + " " + b
	})
	reg("buf/try-send-while-recv", func() string {
		c := make(chan int, 1)
		c <- 1
		var sent bool
		race(func() { sent = trySend(c, 2) }, func() { <-c })
		return fmt.Sprint(sent, len(c))
	})
	reg("buf/try-recv-while-send", func() string {
		c := make(chan int, 1)
		var got string
		race(func() { got = tryRecv(c) }, func() { c <- 1 })
		return fmt.Sprint(got, " ", len(c))
	})
	reg("buf/full-refill", func() string {
		c := make(chan int, 1)
		c <- 1
		var s seq
		race(func() { c <- 2 }, func() { s.put(byte('0' + <-c)); s.put(byte('0' + <-c)) })
		return s.line()
	})
	reg("buf/places-1-of-2", func() string { return bound(2, 1) })
	reg("buf/places-2-of-3", func() string { return bound(3, 2) })
	reg("buf/places-3-of-4", func() string { return bound(4, 3) })
	reg("buf/channel-as-mutex", func() string {
		var s seq
		c := make(chan int, 1)
		lock := func(in, out byte) func() {
			return func() { c <- 1; s.put(in); runtime.Gosched(); s.put(out); <-c }
		}
		race(lock('a', 'A'), lock('b', 'B'))
		return s.line()
	})
	reg("buf/send-publishes", func() string {
		var data atomic.Int64
		c := make(chan int, 1)
		r := int64(9)
		race(func() { data.Store(1); c <- 1 }, func() { <-c; r = data.Load() })
		return fmt.Sprint(r)
	})
	reg("buf/two-channels-in-order", func() string {
		a, b := make(chan int, 1), make(chan int, 1)
		var first, second string
		race(func() { a <- 1; b <- 2 }, func() { second = tryRecv(b); first = tryRecv(a) })
		return first + " " + second
	})
	reg("buf/steal-your-own", func() string {
		// Both put one in and take one out; who gets whose?
		c := make(chan int, 2)
		var x, y int
		race(func() { c <- 1; x = <-c }, func() { c <- 2; y = <-c })
		return fmt.Sprint(x, y)
	})
}
