// Atomics: the classic shapes of the memory model. Go's atomics are sequentially consistent.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

// cell has a cache line of its own.
type cell struct {
	atomic.Int64
	_ [120]byte
}

type cells struct{ x, y, z, r, q, p, o cell }

// shape runs the bodies on fresh cells and prints what is left in the named ones.
func shape(show string, fs ...func(c *cells)) string {
	var c cells
	var bodies []func()
	for _, f := range fs {
		bodies = append(bodies, func() { f(&c) })
	}
	race(bodies...)
	s := ""
	for _, n := range show {
		s += fmt.Sprint(map[rune]*cell{'x': &c.x, 'y': &c.y, 'z': &c.z, 'r': &c.r, 'q': &c.q, 'p': &c.p, 'o': &c.o}[n].Load())
	}
	return s
}

func init() {
	reg("atomic/store-buffering", func() string {
		return shape("rq", func(c *cells) { c.x.Store(1); c.r.Store(c.y.Load()) },
			func(c *cells) { c.y.Store(1); c.q.Store(c.x.Load()) })
	})
	reg("atomic/store-buffering-3", func() string {
		return shape("rqp", func(c *cells) { c.x.Store(1); c.r.Store(c.y.Load()) },
			func(c *cells) { c.y.Store(1); c.q.Store(c.z.Load()) },
			func(c *cells) { c.z.Store(1); c.p.Store(c.x.Load()) })
	})
	reg("atomic/message-passing", func() string {
		return shape("rq", func(c *cells) { c.x.Store(1); c.y.Store(1) },
			func(c *cells) { c.r.Store(c.y.Load()); c.q.Store(c.x.Load()) })
	})
	reg("atomic/load-buffering", func() string {
		return shape("rq", func(c *cells) { c.r.Store(c.x.Load()); c.y.Store(1) },
			func(c *cells) { c.q.Store(c.y.Load()); c.x.Store(1) })
	})
	reg("atomic/iriw", func() string {
		return shape("rqpo", func(c *cells) { c.x.Store(1) }, func(c *cells) { c.y.Store(1) },
			func(c *cells) { c.r.Store(c.x.Load()); c.q.Store(c.y.Load()) },
			func(c *cells) { c.p.Store(c.y.Load()); c.o.Store(c.x.Load()) })
	})
	reg("atomic/read-read-coherence", func() string {
		return shape("rq", func(c *cells) { c.x.Store(1) }, func(c *cells) { c.r.Store(c.x.Load()); c.q.Store(c.x.Load()) })
	})
	reg("atomic/write-write-coherence", func() string {
		return shape("rq", func(c *cells) { c.x.Store(1); c.x.Store(2) },
			func(c *cells) { c.r.Store(c.x.Load()); c.q.Store(c.x.Load()) })
	})
	reg("atomic/2+2w", func() string {
		return shape("xy", func(c *cells) { c.x.Store(1); c.y.Store(2) }, func(c *cells) { c.y.Store(1); c.x.Store(2) })
	})
	reg("atomic/s", func() string {
		return shape("xr", func(c *cells) { c.x.Store(2); c.y.Store(1) }, func(c *cells) { c.r.Store(c.y.Load()); c.x.Store(1) })
	})
	reg("atomic/r", func() string {
		return shape("yr", func(c *cells) { c.x.Store(1); c.y.Store(1) }, func(c *cells) { c.y.Store(2); c.r.Store(c.x.Load()) })
	})
	reg("atomic/write-to-read-causality", func() string {
		return shape("rqp", func(c *cells) { c.x.Store(1) }, func(c *cells) { c.r.Store(c.x.Load()); c.y.Store(1) },
			func(c *cells) { c.q.Store(c.y.Load()); c.p.Store(c.x.Load()) })
	})
	reg("atomic/isa2", func() string {
		return shape("rqp", func(c *cells) { c.x.Store(1); c.y.Store(1) }, func(c *cells) { c.r.Store(c.y.Load()); c.z.Store(1) },
			func(c *cells) { c.q.Store(c.z.Load()); c.p.Store(c.x.Load()) })
	})
	reg("atomic/two-stores-one-cell", func() string {
		return shape("x", func(c *cells) { c.x.Store(1) }, func(c *cells) { c.x.Store(2) })
	})
	reg("atomic/store-against-add", func() string {
		return shape("x", func(c *cells) { c.x.Store(5) }, func(c *cells) { c.x.Add(1) })
	})
	reg("atomic/add-gives-places", func() string {
		return shape("rq", func(c *cells) { c.r.Store(c.x.Add(1)) }, func(c *cells) { c.q.Store(c.x.Add(1)) })
	})
	reg("atomic/add-gives-places-3", func() string {
		return shape("rqp", func(c *cells) { c.r.Store(c.x.Add(1)) }, func(c *cells) { c.q.Store(c.x.Add(1)) },
			func(c *cells) { c.p.Store(c.x.Add(1)) })
	})
	reg("atomic/cas-one-winner", func() string {
		return shape("x", func(c *cells) { c.x.CompareAndSwap(0, 1) }, func(c *cells) { c.x.CompareAndSwap(0, 2) })
	})
	reg("atomic/cas-chain", func() string {
		return shape("x", func(c *cells) { c.x.CompareAndSwap(0, 1) }, func(c *cells) { c.x.CompareAndSwap(1, 2) },
			func(c *cells) { c.x.CompareAndSwap(2, 3) })
	})
	reg("atomic/cas-does-not-see-aba", func() string {
		return shape("rx", func(c *cells) {
			v := c.x.Load()
			if c.x.CompareAndSwap(v, 7) {
				c.r.Store(1)
			}
		}, func(c *cells) { c.x.Store(1); c.x.Store(0) })
	})
	reg("atomic/cas-loop", func() string {
		add := func(c *cells) {
			for {
				v := c.x.Load()
				if c.x.CompareAndSwap(v, v+1) {
					return
				}
			}
		}
		return shape("x", add, add, add)
	})
	reg("atomic/flags-of-dekker", func() string {
		// Each raises its flag and goes in only if the other's is down.
		return shape("rq", func(c *cells) {
			c.x.Store(1)
			if c.y.Load() == 0 {
				c.r.Store(1)
			}
		}, func(c *cells) {
			c.y.Store(1)
			if c.x.Load() == 0 {
				c.q.Store(1)
			}
		})
	})
	reg("atomic/spin-lock", func() string {
		var s seq
		enter := func(in, out byte) func(c *cells) {
			return func(c *cells) {
				for !c.x.CompareAndSwap(0, 1) {
					runtime.Gosched()
				}
				s.put(in)
				s.put(out)
				c.x.Store(0)
			}
		}
		shape("", enter('a', 'A'), enter('b', 'B'))
		return s.line()
	})
	reg("atomic/peterson", func() string {
		var s seq
		enter := func(me int64, in, out byte) func(c *cells) {
			return func(c *cells) {
				mine, other := &c.x, &c.y
				if me == 1 {
					mine, other = other, mine
				}
				mine.Store(1)
				c.z.Store(1 - me)
				for other.Load() == 1 && c.z.Load() == 1-me {
					runtime.Gosched()
				}
				s.put(in)
				s.put(out)
				mine.Store(0)
			}
		}
		shape("", enter(0, 'a', 'A'), enter(1, 'b', 'B'))
		return s.line()
	})
	reg("atomic/torn-pair", func() string {
		return shape("rq", func(c *cells) { c.x.Store(1); c.y.Store(1); c.x.Store(2); c.y.Store(2) },
			func(c *cells) { c.r.Store(c.x.Load()); c.q.Store(c.y.Load()) })
	})
	reg("atomic/seqlock", func() string {
		// z counts: odd while the pair changes.
		return shape("rq", func(c *cells) { c.z.Add(1); c.x.Store(1); c.y.Store(1); c.z.Add(1) }, func(c *cells) {
			for {
				before := c.z.Load()
				x, y := c.x.Load(), c.y.Load()
				if before%2 == 0 && c.z.Load() == before {
					c.r.Store(x)
					c.q.Store(y)
					return
				}
				runtime.Gosched()
			}
		})
	})
	reg("atomic/ticket-lock", func() string {
		var s seq
		enter := func(in byte) func(c *cells) {
			return func(c *cells) {
				mine := c.x.Add(1) - 1
				for c.y.Load() != mine {
					runtime.Gosched()
				}
				s.put(in)
				if mine == 0 {
					c.r.Store(int64(in))
				}
				c.y.Add(1)
			}
		}
		first := shape("r", enter('a'), enter('b'))
		return fmt.Sprint(first == fmt.Sprint(s.b[0]), " ", s.line())
	})
	reg("atomic/wait-for-flag", func() string {
		return shape("r", func(c *cells) { c.x.Store(1); c.y.Store(1) }, func(c *cells) {
			for c.y.Load() == 0 {
				runtime.Gosched()
			}
			c.r.Store(c.x.Load())
		})
	})
}
