// select: which case, how many, and what the losing cases leave behind.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func filled(vs ...int) chan int {
	c := make(chan int, len(vs))
	for _, v := range vs {
		c <- v
	}
	return c
}

// drain2 empties two channels of values through one select.
func drain2(a, b chan int, n int) string {
	var s seq
	for range n {
		select {
		case v := <-a:
			s.put(byte('a' + v))
		case v := <-b:
			s.put(byte('a' + v))
		}
	}
	return s.line()
}

// sendOrGet is one select that sends on one channel or receives from the other.
func sendOrGet(out, in chan int) string {
	select {
	case out <- 1:
		return "sent"
	case <-in:
		return "got"
	}
}

// meet lets two such selects race.
func meet(out1, in1, out2, in2 chan int) string {
	x, y := "", ""
	race(func() { x = sendOrGet(out1, in1) }, func() { y = sendOrGet(out2, in2) })
	return x + " " + y
}

func init() {
	reg("select/two-ready", func() string {
		select {
		case <-filled(1):
			return "a"
		case <-filled(1):
			return "b"
		}
	})
	reg("select/three-ready", func() string {
		select {
		case <-filled(1):
			return "a"
		case <-filled(1):
			return "b"
		case <-filled(1):
			return "c"
		}
	})
	reg("select/four-ready", func() string {
		select {
		case <-filled(1):
			return "a"
		case <-filled(1):
			return "b"
		case <-filled(1):
			return "c"
		case <-filled(1):
			return "d"
		}
	})
	reg("select/one-ready", func() string {
		select {
		case <-make(chan int):
			return "a"
		case <-filled(1):
			return "b"
		}
	})
	reg("select/ready-beats-default", func() string {
		select {
		case <-filled(1):
			return "a"
		default:
			return "default"
		}
	})
	reg("select/none-ready", func() string {
		select {
		case <-make(chan int):
			return "a"
		case make(chan int) <- 1:
			return "b"
		default:
			return "default"
		}
	})
	reg("select/send-or-receive", func() string {
		c, d := filled(1), make(chan int, 1)
		select {
		case <-c:
			return "received"
		case d <- 1:
			return "sent"
		}
	})
	reg("select/both-ways-on-one", func() string {
		c := make(chan int, 2)
		c <- 1
		select {
		case <-c:
		case c <- 2:
		}
		return fmt.Sprint(len(c))
	})
	reg("select/both-ways-when-full", func() string {
		c := filled(1)
		select {
		case <-c:
		case c <- 2:
		}
		return fmt.Sprint(len(c))
	})
	reg("select/default-or-sender", func() string {
		c := make(chan int)
		r := ""
		race(func() { c <- 1 }, func() {
			select {
			case <-c:
				r = "value"
			default:
				r = "default"
				<-c
			}
		})
		return r
	})
	reg("select/blocked-two-senders", func() string {
		a, b := make(chan int), make(chan int)
		var s seq
		race(func() { a <- 0 }, func() { b <- 1 }, func() {
			for range 2 {
				select {
				case <-a:
					s.put('a')
				case <-b:
					s.put('b')
				}
			}
		})
		return s.line()
	})
	reg("select/blocked-three-senders", func() string {
		a, b, c := make(chan int), make(chan int), make(chan int)
		var s seq
		race(func() { a <- 0 }, func() { b <- 1 }, func() { c <- 2 }, func() {
			for range 3 {
				select {
				case <-a:
					s.put('a')
				case <-b:
					s.put('b')
				case <-c:
					s.put('c')
				}
			}
		})
		return s.line()
	})
	reg("select/blocked-two-receivers", func() string {
		a, b := make(chan int), make(chan int)
		var s seq
		race(func() { <-a }, func() { <-b }, func() {
			for range 2 {
				select {
				case a <- 1:
					s.put('a')
				case b <- 1:
					s.put('b')
				}
			}
		})
		return s.line()
	})
	reg("select/same-channel-twice", func() string {
		c := filled(1)
		select {
		case <-c:
			return "first"
		case <-c:
			return "second"
		}
	})
	reg("select/same-channel-twice-blocked", func() string {
		c := make(chan int)
		r := ""
		race(func() { c <- 1 }, func() {
			select {
			case <-c:
				r = "first"
			case <-c:
				r = "second"
			}
		})
		return r
	})
	reg("select/drain-2x2", func() string { return drain2(filled(0, 1), filled(2, 3), 4) })
	reg("select/fair-3-rounds", func() string { return drain2(filled(0, 0, 0), filled(1, 1, 1), 3) })
	reg("select/face-to-face", func() string {
		a, b := make(chan int), make(chan int)
		return meet(a, b, b, a)
	})
	reg("select/mirror", func() string {
		c := make(chan int)
		return meet(c, c, c, c)
	})
	reg("select/ring-of-three", func() string {
		// Three selects around three channels: each sends on one, receives from another; two pair up.
		cs := []chan int{make(chan int), make(chan int), make(chan int)}
		quit := make(chan bool)
		var n atomic.Int64
		line := make([]byte, 3)
		var fs []func()
		for i := range 3 {
			fs = append(fs, func() {
				line[i] = '-'
				select {
				case cs[i] <- 1:
					line[i] = 's'
				case <-cs[(i+1)%3]:
					line[i] = 'r'
				case <-quit:
					return
				}
				if n.Add(1) == 2 {
					close(quit)
				}
			})
		}
		race(fs...)
		return string(line)
	})
	reg("select/quit-or-data", func() string {
		// Data and quit are both there: how much is read before quit is taken?
		data, quit := filled(1, 2, 3), make(chan bool)
		close(quit)
		for n := 0; ; n++ {
			select {
			case <-quit:
				return fmt.Sprint(n)
			case <-data:
				if n == 2 {
					<-quit
					return "3"
				}
			}
		}
	})
	reg("select/data-first-by-hand", func() string {
		data, quit := make(chan int, 1), make(chan bool)
		r := ""
		race(func() { data <- 1; close(quit) }, func() {
			select {
			case <-data:
				r = "data"
			case <-quit:
				select {
				case <-data:
					r = "data after quit"
				default:
					r = "lost"
				}
			}
		})
		return r
	})
	reg("select/losing-value-stays", func() string {
		a, b := make(chan int, 1), make(chan int, 1)
		select {
		case a <- 1:
		case b <- 2:
		}
		return fmt.Sprint(tryRecv(a), " ", tryRecv(b))
	})
	reg("select/loser-still-waits", func() string {
		a, b := make(chan int), make(chan int)
		var s seq
		race(func() {
			select {
			case <-a:
				s.put('a')
				<-b
				s.put('B')
			case <-b:
				s.put('b')
				<-a
				s.put('A')
			}
		}, func() { a <- 1 }, func() { b <- 1 })
		return s.line()
	})
	reg("select/two-tries-one-select", func() string {
		// Two non-blocking sends meet one select on both channels: at most one is taken.
		a, b, quit := make(chan int), make(chan int), make(chan bool)
		var x, y bool
		race(func() {
			select {
			case <-a:
			case <-b:
			case <-quit:
			}
		}, func() {
			var wg sync.WaitGroup
			wg.Go(func() { x = trySend(a, 1) })
			y = trySend(b, 1)
			wg.Wait()
			close(quit)
		})
		return fmt.Sprint(x, " ", y)
	})
	reg("select/closed-or-value", func() string {
		a, b := make(chan int), filled(1)
		close(a)
		select {
		case _, ok := <-a:
			return fmt.Sprint("a ", ok)
		case _, ok := <-b:
			return fmt.Sprint("b ", ok)
		}
	})
	reg("select/close-or-send", func() string {
		a, b := make(chan int), make(chan int, 1)
		r := ""
		race(func() { close(a) }, func() { b <- 1 }, func() {
			select {
			case <-a:
				r = "closed"
			case <-b:
				r = "value"
			}
		})
		return r
	})
	reg("select/evaluated-in-order", func() string {
		var s seq
		ch := func(name byte) chan int { s.put(name); return make(chan int, 1) }
		val := func(name byte) int { s.put(name); return 1 }
		select {
		case <-ch('a'):
		case ch('b') <- val('c'):
		case <-ch('d'):
		}
		return s.line()
	})
	reg("select/either-receiver", func() string {
		c := make(chan int)
		other := make(chan int)
		var hit atomic.Int64
		get := func(me int64) func() {
			return func() {
				select {
				case <-c:
					hit.Store(me)
					close(other)
				case <-other:
				}
			}
		}
		race(get(1), get(2), func() { c <- 1 })
		return fmt.Sprint(hit.Load())
	})
	reg("select/polls-until-value", func() string {
		c := make(chan int, 1)
		n := 0
		race(func() { c <- 1 }, func() {
			for {
				select {
				case <-c:
					return
				default:
					n++
				}
			}
		})
		return fmt.Sprint(min(n, 2))
	})
}
