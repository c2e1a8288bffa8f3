// Cond: who is woken, and what has happened to the condition by then.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// waiters starts n goroutines that note their turn to wait (lower case) and to be woken (upper
// case), and returns when all of them wait.
func waiters(n int, s *seq, c *sync.Cond, wg *sync.WaitGroup) {
	waiting := 0
	for i := range n {
		wg.Go(func() {
			c.L.Lock()
			waiting++
			s.put(byte('a' + i))
			c.Wait()
			s.put(byte('A' + i))
			c.L.Unlock()
		})
	}
	for {
		c.L.Lock()
		all := waiting == n
		c.L.Unlock()
		if all {
			return
		}
		runtime.Gosched()
	}
}

func init() {
	reg("cond/signal-wakes-the-first", func() string {
		var s seq
		var wg sync.WaitGroup
		c := sync.NewCond(new(sync.Mutex))
		waiters(2, &s, c, &wg)
		c.L.Lock()
		c.Signal()
		c.L.Unlock()
		for s.n.Load() < 3 {
			runtime.Gosched()
		}
		c.Signal()
		wg.Wait()
		return s.line()
	})
	reg("cond/two-signals", func() string {
		var s seq
		var wg sync.WaitGroup
		c := sync.NewCond(new(sync.Mutex))
		waiters(2, &s, c, &wg)
		c.Signal()
		c.Signal()
		wg.Wait()
		return s.line()
	})
	reg("cond/broadcast-2", func() string {
		var s seq
		var wg sync.WaitGroup
		c := sync.NewCond(new(sync.Mutex))
		waiters(2, &s, c, &wg)
		c.Broadcast()
		wg.Wait()
		return s.line()
	})
	reg("cond/broadcast-3", func() string {
		var s seq
		var wg sync.WaitGroup
		c := sync.NewCond(new(sync.Mutex))
		waiters(3, &s, c, &wg)
		c.Broadcast()
		wg.Wait()
		return s.line()
	})
	reg("cond/waits-in-a-loop", func() string {
		var ready, turns atomic.Int64
		c := sync.NewCond(new(sync.Mutex))
		race(func() {
			c.L.Lock()
			for ready.Load() == 0 {
				turns.Add(1)
				c.Wait()
			}
			c.L.Unlock()
		}, func() {
			c.Broadcast() // nothing is ready yet
			c.L.Lock()
			ready.Store(1)
			c.L.Unlock()
			c.Signal()
		})
		return fmt.Sprint(turns.Load())
	})
	reg("cond/if-instead-of-for", func() string {
		// Two consumers, one item, a broadcast: who looks with `if` can find nothing.
		var items atomic.Int64
		c := sync.NewCond(new(sync.Mutex))
		least := int64(9)
		consume := func() {
			c.L.Lock()
			if items.Load() == 0 {
				c.Wait()
			}
			least = min(least, items.Add(-1))
			c.L.Unlock()
		}
		race(consume, consume, func() {
			for range 2 {
				c.L.Lock()
				items.Add(1)
				c.L.Unlock()
				c.Broadcast()
			}
		})
		return fmt.Sprint(least)
	})
	reg("cond/queue-of-one", func() string {
		var s seq
		full := false
		var item byte
		c := sync.NewCond(new(sync.Mutex))
		race(func() {
			for _, v := range []byte("abc") {
				c.L.Lock()
				for full {
					c.Wait()
				}
				item, full = v, true
				c.L.Unlock()
				c.Signal()
			}
		}, func() {
			for range 3 {
				c.L.Lock()
				for !full {
					c.Wait()
				}
				s.put(item)
				full = false
				c.L.Unlock()
				c.Signal()
			}
		})
		return s.line()
	})
	reg("cond/two-consumers", func() string {
		var queue []int
		got := make([][]int, 2)
		c := sync.NewCond(new(sync.Mutex))
		take := func(i int) func() {
			return func() {
				c.L.Lock()
				for len(queue) == 0 {
					c.Wait()
				}
				got[i] = append(got[i], queue[0])
				queue = queue[1:]
				c.L.Unlock()
			}
		}
		race(take(0), take(1), func() {
			for v := range 2 {
				c.L.Lock()
				queue = append(queue, v+1)
				c.L.Unlock()
				c.Signal()
			}
		})
		return shares(got)
	})
	reg("cond/barrier-of-2", func() string {
		var s seq
		n := 0
		c := sync.NewCond(new(sync.Mutex))
		meet := func(in, out byte) func() {
			return func() {
				s.put(in)
				c.L.Lock()
				if n++; n == 2 {
					c.Broadcast()
				}
				for n < 2 {
					c.Wait()
				}
				c.L.Unlock()
				s.put(out)
			}
		}
		race(meet('a', 'A'), meet('b', 'B'))
		return s.line()
	})
	reg("cond/takes-turns", func() string {
		var s seq
		turn := 0
		c := sync.NewCond(new(sync.Mutex))
		player := func(me int) func() {
			return func() {
				for range 2 {
					c.L.Lock()
					for turn != me {
						c.Wait()
					}
					s.put(byte('a' + me))
					turn = 1 - me
					c.L.Unlock()
					c.Broadcast()
				}
			}
		}
		race(player(0), player(1))
		return s.line()
	})
}
