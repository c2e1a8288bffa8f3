// Patterns: what the usual constructions promise, and what they leave open.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// produceConsume notes p before each send returns and c at each receive.
func produceConsume(capacity int) string {
	var s seq
	c := make(chan int, capacity)
	race(func() {
		for range 2 {
			c <- 1
			s.put('p')
		}
	}, func() {
		for range 2 {
			<-c
			s.put('c')
		}
	})
	return s.line()
}

// pool lets k workers do n jobs and gives the order of the results.
func pool(k, n int) string {
	jobs, results := make(chan byte, n), make(chan byte, n)
	for i := range n {
		jobs <- byte('a' + i)
	}
	close(jobs)
	var fs []func()
	for range k {
		fs = append(fs, func() {
			for j := range jobs {
				results <- j
			}
		})
	}
	race(fs...)
	close(results)
	s := ""
	for r := range results {
		s += string(rune(r))
	}
	return s
}

func init() {
	reg("pattern/produce-consume-0", func() string { return produceConsume(0) })
	reg("pattern/produce-consume-1", func() string { return produceConsume(1) })
	reg("pattern/produce-consume-2", func() string { return produceConsume(2) })
	reg("pattern/pool-1-worker", func() string { return pool(1, 3) })
	reg("pattern/pool-2-workers", func() string { return pool(2, 3) })
	reg("pattern/pipeline", func() string {
		var s seq
		a, b := make(chan byte), make(chan byte)
		race(func() {
			for _, v := range []byte("abc") {
				a <- v
			}
			close(a)
		}, func() {
			for v := range a {
				b <- v - 32
			}
			close(b)
		}, func() {
			for v := range b {
				s.put(v)
			}
		})
		return s.line()
	})
	reg("pattern/results-in-order-of-jobs", func() string {
		// A channel of channels: workers finish in any order, the reader keeps the order of the jobs.
		var s seq
		queue := make(chan chan byte, 3)
		for i := range 3 {
			r := make(chan byte, 1)
			queue <- r
			go func() { r <- byte('a' + i) }()
		}
		close(queue)
		for r := range queue {
			s.put(<-r)
		}
		return s.line()
	})
	reg("pattern/first-answer-wins", func() string {
		c := make(chan byte, 3)
		race(func() { c <- 'a' }, func() { c <- 'b' }, func() { c <- 'c' })
		return string(rune(<-c))
	})
	reg("pattern/first-answer-others-leak", func() string {
		c := make(chan byte)
		var started atomic.Int64
		for _, v := range []byte("ab") {
			go func() {
				started.Add(1)
				select {
				case c <- v:
				default:
				}
				started.Add(1)
			}()
		}
		for started.Load() < 4 {
			runtime.Gosched()
		}
		select {
		case v := <-c:
			return string(rune(v))
		default:
			return "nobody waited"
		}
	})
	reg("pattern/request-reply", func() string {
		type req struct {
			v     int
			reply chan int
		}
		reqs := make(chan req)
		total := 0
		go func() {
			for r := range reqs {
				total += r.v
				r.reply <- total
			}
		}()
		ask := func(v int, got *int) func() {
			return func() { r := req{v, make(chan int)}; reqs <- r; *got = <-r.reply }
		}
		var x, y int
		race(ask(1, &x), ask(2, &y))
		close(reqs)
		return fmt.Sprint(x, y)
	})
	reg("pattern/owner-of-state", func() string {
		inc, done := make(chan int), make(chan int)
		n := 0
		go func() {
			for v := range inc {
				n += v
			}
			done <- n
		}()
		race(func() { inc <- 1; inc <- 1 }, func() { inc <- 10 })
		close(inc)
		return fmt.Sprint(<-done)
	})
	reg("pattern/barrier-two-rounds", func() string {
		var s seq
		var n, round atomic.Int64
		meet := func(names string) func() {
			return func() {
				for r := range 2 {
					s.put(names[r])
					if n.Add(1) == 2 {
						n.Store(0)
						round.Add(1)
					}
					for round.Load() == int64(r) {
						runtime.Gosched()
					}
				}
			}
		}
		race(meet("aA"), meet("bB"))
		return s.line()
	})
	reg("pattern/leader", func() string {
		var leader atomic.Int64
		race(func() { leader.CompareAndSwap(0, 1) }, func() { leader.CompareAndSwap(0, 2) }, func() { leader.CompareAndSwap(0, 3) })
		return fmt.Sprint(leader.Load())
	})
	reg("pattern/future", func() string {
		var s seq
		ready := make(chan bool)
		var value atomic.Int64
		race(func() { value.Store(7); close(ready) }, func() { <-ready; s.put(byte('0' + value.Load())) },
			func() { <-ready; s.put(byte('0' + value.Load())) })
		return s.line()
	})
	reg("pattern/publish-subscribe", func() string {
		// Each message goes to both subscribers before the next one.
		subs := []chan byte{make(chan byte), make(chan byte)}
		var s seq
		race(func() {
			for _, v := range []byte("ab") {
				for i, c := range subs {
					c <- v - byte(32*i)
				}
			}
		}, func() { s.put(<-subs[0]); s.put(<-subs[0]) }, func() { s.put(<-subs[1]); s.put(<-subs[1]) })
		return s.line()
	})
	reg("pattern/drop-when-full", func() string {
		c := make(chan int, 1)
		dropped := 0
		race(func() {
			for i := range 2 {
				select {
				case c <- i:
				default:
					dropped++
				}
			}
		}, func() { <-c })
		return fmt.Sprint(dropped, len(c))
	})
	reg("pattern/keep-the-newest", func() string {
		c := make(chan int, 1)
		put := func(v int) {
			for {
				select {
				case c <- v:
					return
				default:
				}
				select {
				case <-c:
				default:
				}
			}
		}
		race(func() { put(1); put(2) }, func() { put(3) })
		return fmt.Sprint(<-c)
	})
	reg("pattern/single-flight", func() string {
		var mu sync.Mutex
		var calls atomic.Int64
		var wait chan bool
		get := func() {
			mu.Lock()
			if w := wait; w != nil {
				mu.Unlock()
				<-w
				return
			}
			w := make(chan bool)
			wait = w
			mu.Unlock()
			calls.Add(1)
			mu.Lock()
			wait = nil
			mu.Unlock()
			close(w)
		}
		race(get, get)
		return fmt.Sprint(calls.Load())
	})
	reg("pattern/token-bucket", func() string {
		// Two tokens, three takers that do not wait.
		tokens := filled(1, 1)
		var got atomic.Int64
		take := func(bit int64) func() {
			return func() {
				if tryRecv(tokens) != "empty" {
					got.Add(bit)
				}
			}
		}
		race(take(1), take(2), take(4))
		return fmt.Sprint(got.Load())
	})
	reg("pattern/graceful-stop", func() string {
		// After stop no new job begins; the ones begun are finished.
		var begun, finished atomic.Int64
		stop := make(chan bool)
		race(func() {
			for range 2 {
				select {
				case <-stop:
					return
				default:
				}
				begun.Add(1)
				runtime.Gosched()
				finished.Add(1)
			}
		}, func() { close(stop) })
		return fmt.Sprint(begun.Load(), finished.Load())
	})
	reg("pattern/heartbeat-or-timeout", func() string {
		c := make(chan bool)
		r := ""
		race(func() {
			select {
			case <-c:
				r = "beat"
			case <-time.After(time.Hour):
				r = "timeout"
			}
		}, func() { close(c) })
		return r
	})
	reg("pattern/writer-by-channel", func() string {
		// One goroutine owns the line; the order is that of its receives.
		var s seq
		c := make(chan string)
		go func() {
			for l := range c {
				for i := range len(l) {
					s.put(l[i])
				}
			}
			s.put('.')
		}()
		race(func() { c <- "aA" }, func() { c <- "bB" })
		close(c)
		for s.n.Load() < 5 {
			runtime.Gosched()
		}
		return s.line()
	})
	reg("pattern/countdown", func() string {
		var n, last atomic.Int64
		n.Store(3)
		down := func(me int64) func() {
			return func() {
				if n.Add(-1) == 0 {
					last.Store(me)
				}
			}
		}
		race(down(1), down(2), down(3))
		return fmt.Sprint(last.Load())
	})
}
