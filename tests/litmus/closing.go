// close: against send, receive and range; who is woken, who panics.
package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

func keepsBuffer(n int) string {
	c := make(chan int, n)
	for i := range n {
		c <- i + 1
	}
	close(c)
	s := ""
	for range n + 1 {
		s += tryRecv(c) + " "
	}
	return strings.TrimSpace(s)
}

func broadcast(n int) string {
	c := make(chan int)
	var s seq
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { <-c; s.put(byte('a' + i)) })
	}
	close(c)
	wg.Wait()
	return s.line()
}

// closers lets n goroutines close one channel: "-" for the one that did, "p" for a panic.
func closers(n int) string {
	c := make(chan int)
	line := make([]byte, n)
	var fs []func()
	for i := range n {
		fs = append(fs, func() {
			line[i] = '-'
			if try(func() { close(c) }) != "" {
				line[i] = 'p'
			}
		})
	}
	race(fs...)
	return string(line)
}

func init() {
	reg("close/keeps-buffer-1", func() string { return keepsBuffer(1) })
	reg("close/keeps-buffer-2", func() string { return keepsBuffer(2) })
	reg("close/keeps-buffer-3", func() string { return keepsBuffer(3) })
	reg("close/broadcast-2", func() string { return broadcast(2) })
	reg("close/broadcast-3", func() string { return broadcast(3) })
	reg("close/two-closers", func() string { return closers(2) })
	reg("close/three-closers", func() string { return closers(3) })
	reg("close/send-into-buffer", func() string {
		c := make(chan int, 1)
		r := "sent"
		race(func() {
			if t := try(func() { c <- 1 }); t != "" {
				r = t
			}
		}, func() { close(c) })
		return fmt.Sprint(r, " ", len(c))
	})
	reg("close/blocked-sender-panics", func() string {
		c := make(chan int)
		r := ""
		race(func() { r = try(func() { c <- 1 }) }, func() { close(c) })
		return r
	})
	reg("close/two-blocked-senders", func() string {
		c := make(chan int)
		var x, y string
		race(func() { x = try(func() { c <- 1 }) }, func() { y = try(func() { c <- 2 }) }, func() { close(c) })
		return fmt.Sprint(x != "", " ", y != "")
	})
	reg("close/sender-receiver-closer", func() string {
		c := make(chan int)
		var x, y string
		race(func() { x = try(func() { c <- 1 }) }, func() { v, ok := <-c; y = fmt.Sprint(v, ok) }, func() { close(c) })
		if x == "" {
			x = "sent"
		}
		return x + ", " + y
	})
	reg("close/range-gets-all", func() string {
		c := make(chan byte, 1)
		var s seq
		race(func() { c <- 'a'; c <- 'b'; c <- 'c'; close(c) }, func() {
			for v := range c {
				s.put(v)
			}
			s.put('.')
		})
		return s.line()
	})
	reg("close/after-both-senders", func() string {
		c := make(chan byte)
		var s seq
		var wg sync.WaitGroup
		wg.Go(func() { c <- 'a' })
		wg.Go(func() { c <- 'b' })
		go func() { wg.Wait(); close(c) }()
		for v := range c {
			s.put(v)
		}
		return s.line()
	})
	reg("close/try-recv-meets-close", func() string {
		c := make(chan int)
		r := ""
		race(func() { r = tryRecv(c) }, func() { close(c) })
		return r
	})
	reg("close/try-recv-value-then-close", func() string {
		c := filled(7)
		r := ""
		race(func() { r = tryRecv(c) }, func() { close(c) })
		return r
	})
	reg("close/try-recv-send-then-close", func() string {
		c := make(chan int, 1)
		r := ""
		race(func() { r = tryRecv(c) }, func() { c <- 7; close(c) })
		return r
	})
	reg("close/two-receivers-one-value", func() string {
		c := make(chan int)
		var x, y bool
		race(func() { _, x = <-c }, func() { _, y = <-c }, func() { c <- 1; close(c) })
		return fmt.Sprint(x, " ", y)
	})
	reg("close/two-channels-in-order", func() string {
		a, b := make(chan int), make(chan int)
		x, y := "", ""
		race(func() { close(a); close(b) }, func() { y = tryRecv(b); x = tryRecv(a) })
		return x + " " + y
	})
	reg("close/publishes", func() string {
		var data atomic.Int64
		c := make(chan int)
		var r int64
		race(func() { data.Store(1); close(c) }, func() { <-c; r = data.Load() })
		return fmt.Sprint(r)
	})
	reg("close/once-guards", func() string {
		c := make(chan int)
		var once sync.Once
		var x, y string
		race(func() { x = try(func() { once.Do(func() { close(c) }) }) },
			func() { y = try(func() { once.Do(func() { close(c) }) }) })
		return fmt.Sprint(x == "" && y == "", " ", tryRecv(c))
	})
	reg("close/done-or-work", func() string {
		work, done := make(chan int), make(chan int)
		n := 0
		race(func() {
			for {
				select {
				case <-work:
					n++
				case <-done:
					return
				}
			}
		}, func() { work <- 1; work <- 1; close(done) })
		return fmt.Sprint(n)
	})
	reg("close/sender-gives-up", func() string {
		c, done := make(chan int), make(chan int)
		sent, got := "", ""
		race(func() {
			select {
			case c <- 1:
				sent = "sent"
			case <-done:
				sent = "gave up"
			}
		}, func() { got = tryRecv(c); close(done) })
		return sent + ", " + got
	})
	reg("close/select-send-panics", func() string {
		c := make(chan int, 1)
		close(c)
		return try(func() {
			select {
			case c <- 1:
			default:
			}
		})
	})
	reg("close/select-send-or-quit", func() string {
		c, quit := make(chan int), make(chan int)
		close(c)
		close(quit)
		r := "quit"
		if t := try(func() {
			select {
			case c <- 1:
			case <-quit:
			}
		}); t != "" {
			r = t
		}
		return r
	})
	reg("close/len-of-closed", func() string {
		c := make(chan int, 3)
		c <- 1
		c <- 2
		close(c)
		<-c
		return fmt.Sprint(len(c), cap(c))
	})
	reg("close/range-shared", func() string { return split(2, 4, 2) })
}
