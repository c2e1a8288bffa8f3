// Rendezvous: who meets whom on a channel without a buffer, and who goes on first.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

// letters gathers what several receivers got, as "a:13 b:2".
func shares(got [][]int) string {
	s := ""
	for i, g := range got {
		if i > 0 {
			s += " "
		}
		s += string(rune('a'+i)) + ":"
		for _, v := range g {
			s += fmt.Sprint(v)
		}
	}
	return s
}

// split sends n values to k receivers over a channel of this capacity.
func split(k, n, capacity int) string {
	c := make(chan int, capacity)
	got := make([][]int, k)
	var fs []func()
	for i := range k {
		fs = append(fs, func() {
			for v := range c {
				got[i] = append(got[i], v)
			}
		})
	}
	fs = append(fs, func() {
		for v := range n {
			c <- v + 1
		}
		close(c)
	})
	race(fs...)
	return shares(got)
}

// gather receives from k senders of m values each.
func gather(k, m, capacity int) string {
	c := make(chan byte, capacity)
	var s seq
	var fs []func()
	for i := range k {
		fs = append(fs, func() {
			for j := range m {
				c <- byte('a' + i*m + j)
			}
		})
	}
	fs = append(fs, func() {
		for range k * m {
			s.put(<-c)
		}
	})
	race(fs...)
	return s.line()
}

func trySend(c chan int, v int) bool {
	select {
	case c <- v:
		return true
	default:
		return false
	}
}

// tryRecv tells "v" and the value, "closed" or "empty".
func tryRecv(c chan int) string {
	select {
	case v, ok := <-c:
		if !ok {
			return "closed"
		}
		return fmt.Sprint(v)
	default:
		return "empty"
	}
}

func init() {
	reg("unbuf/who-goes-on-first", func() string {
		var s seq
		c := make(chan int)
		race(func() { c <- 1; s.put('s') }, func() { <-c; s.put('r') })
		return s.line()
	})
	reg("unbuf/send-before-recv-returns", func() string {
		var s seq
		c := make(chan int)
		race(func() { s.put('s'); c <- 1 }, func() { <-c; s.put('r') })
		return s.line()
	})
	reg("unbuf/recv-before-send-returns", func() string {
		var s seq
		c := make(chan int)
		race(func() { s.put('r'); <-c }, func() { c <- 1; s.put('s') })
		return s.line()
	})
	reg("unbuf/four-moments", func() string {
		var s seq
		c := make(chan int)
		race(func() { s.put('a'); c <- 1; s.put('A') }, func() { s.put('b'); <-c; s.put('B') })
		return s.line()
	})
	reg("unbuf/gather-2x1", func() string { return gather(2, 1, 0) })
	reg("unbuf/gather-3x1", func() string { return gather(3, 1, 0) })
	reg("unbuf/gather-1x3", func() string { return gather(1, 3, 0) })
	reg("unbuf/gather-2x2", func() string { return gather(2, 2, 0) })
	reg("unbuf/gather-4x1", func() string { return gather(4, 1, 0) })
	reg("unbuf/split-2x1", func() string { return split(2, 1, 0) })
	reg("unbuf/split-2x2", func() string { return split(2, 2, 0) })
	reg("unbuf/split-2x3", func() string { return split(2, 3, 0) })
	reg("unbuf/split-3x2", func() string { return split(3, 2, 0) })
	reg("unbuf/ping-pong", func() string {
		var s seq
		a, b := make(chan int), make(chan int)
		race(func() {
			for range 3 {
				s.put('i')
				a <- 1
				<-b
			}
		}, func() {
			for range 3 {
				<-a
				s.put('o')
				b <- 1
			}
		})
		return s.line()
	})
	reg("unbuf/two-pairs", func() string {
		var s seq
		c, d := make(chan int), make(chan int)
		race(func() { c <- 1; s.put('a') }, func() { <-c }, func() { d <- 1; s.put('b') }, func() { <-d })
		return s.line()
	})
	reg("unbuf/relay", func() string {
		var s seq
		a, b := make(chan int), make(chan int)
		race(func() { s.put('1'); a <- 1; s.put('x') }, func() { <-a; s.put('2'); b <- 1 }, func() { <-b; s.put('3') })
		return s.line()
	})
	reg("unbuf/try-send-meets-recv", func() string {
		c := make(chan int)
		r := "sent"
		race(func() {
			if !trySend(c, 1) {
				r = "nobody"
				c <- 1
			}
		}, func() { <-c })
		return r
	})
	reg("unbuf/try-recv-meets-send", func() string {
		c := make(chan int)
		r := ""
		race(func() {
			if r = tryRecv(c); r == "empty" {
				<-c
			}
		}, func() { c <- 1 })
		return r
	})
	reg("unbuf/two-tries-never-meet", func() string {
		c := make(chan int)
		var sent bool
		var got string
		race(func() { sent = trySend(c, 1) }, func() { got = tryRecv(c) })
		return fmt.Sprint(sent, " ", got)
	})
	reg("unbuf/two-try-sends-one-receiver", func() string {
		c := make(chan int)
		var a, b bool
		race(func() { a = trySend(c, 1) }, func() { b = trySend(c, 2) }, func() {
			for range 3 {
				runtime.Gosched()
			}
			select {
			case <-c:
			default:
			}
		})
		return fmt.Sprint(a, " ", b)
	})
	reg("unbuf/len-stays-0", func() string {
		c := make(chan int)
		n := 0
		race(func() { c <- 1 }, func() { n = len(c) + cap(c); <-c })
		return fmt.Sprint(n)
	})
	reg("unbuf/exchange", func() string {
		c, d := make(chan int), make(chan int)
		var x, y int
		race(func() { c <- 1; x = <-d }, func() { y = <-c; d <- 2 })
		return fmt.Sprint(x, y)
	})
	reg("unbuf/sender-overtakes", func() string {
		var s seq
		c := make(chan int)
		race(func() { c <- 1; s.put('a'); c <- 2; s.put('b') }, func() { <-c; s.put('x'); <-c; s.put('y') })
		return s.line()
	})
	reg("unbuf/queue-of-senders", func() string {
		// Both senders have begun; which stands in front nobody says, but the values come in the
		// order in which the senders are let go.
		var s seq
		c := make(chan byte)
		var wg sync.WaitGroup
		wg.Go(func() { c <- 'a' })
		wg.Go(func() { c <- 'b' })
		s.put(<-c)
		s.put(<-c)
		wg.Wait()
		return s.line()
	})
	reg("unbuf/queue-of-receivers", func() string {
		c := make(chan int)
		got := make([][]int, 2)
		var wg sync.WaitGroup
		wg.Go(func() { got[0] = append(got[0], <-c) })
		wg.Go(func() { got[1] = append(got[1], <-c) })
		c <- 1
		c <- 2
		wg.Wait()
		return shares(got)
	})
	reg("unbuf/token-ring", func() string {
		var s seq
		cs := []chan int{make(chan int), make(chan int), make(chan int)}
		var fs []func()
		for i := range 3 {
			fs = append(fs, func() {
				for range 2 {
					<-cs[i]
					s.put(byte('a' + i))
					if i == 2 && s.n.Load() == 6 {
						return
					}
					cs[(i+1)%3] <- 1
				}
			})
		}
		race(append(fs, func() { cs[0] <- 1 })...)
		return s.line()
	})
}
