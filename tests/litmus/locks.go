// Mutex, RWMutex, Once, WaitGroup: who gets in, what is lost without them.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// lost lets n goroutines add 1 to x `rounds` times by reading and writing.
func lost(n, rounds int) string {
	var x atomic.Int64
	var fs []func()
	for range n {
		fs = append(fs, func() {
			for range rounds {
				v := x.Load()
				x.Store(v + 1)
			}
		})
	}
	race(fs...)
	return fmt.Sprint(x.Load())
}

func locked(n int) string {
	var mu sync.Mutex
	var s seq
	var fs []func()
	for i := range n {
		fs = append(fs, func() {
			mu.Lock()
			s.put(byte('a' + i))
			runtime.Gosched()
			s.put(byte('A' + i))
			mu.Unlock()
		})
	}
	race(fs...)
	return s.line()
}

// inits counts how often something is initialised by n goroutines.
func inits(n int, get func(count *atomic.Int64)) string {
	var count atomic.Int64
	var fs []func()
	for range n {
		fs = append(fs, func() { get(&count) })
	}
	race(fs...)
	return fmt.Sprint(count.Load())
}

func init() {
	reg("lock/lost-update-2x1", func() string { return lost(2, 1) })
	reg("lock/lost-update-2x2", func() string { return lost(2, 2) })
	reg("lock/lost-update-3x1", func() string { return lost(3, 1) })
	reg("lock/two-in-turn", func() string { return locked(2) })
	reg("lock/three-in-turn", func() string { return locked(3) })
	reg("lock/counter-is-exact", func() string {
		var mu sync.Mutex
		var x atomic.Int64
		add := func() {
			for range 2 {
				mu.Lock()
				v := x.Load()
				x.Store(v + 1)
				mu.Unlock()
			}
		}
		race(add, add)
		return fmt.Sprint(x.Load())
	})
	reg("lock/try-lock-once-each", func() string {
		var mu sync.Mutex
		var a, b bool
		race(func() { a = mu.TryLock() }, func() { b = mu.TryLock() })
		return fmt.Sprint(a, " ", b)
	})
	reg("lock/try-lock-and-unlock", func() string {
		var mu sync.Mutex
		var a, b bool
		try := func(got *bool) func() {
			return func() {
				if *got = mu.TryLock(); *got {
					mu.Unlock()
				}
			}
		}
		race(try(&a), try(&b))
		return fmt.Sprint(a, " ", b)
	})
	reg("lock/unlocked-by-another", func() string {
		var mu sync.Mutex
		var s seq
		mu.Lock()
		race(func() { mu.Lock(); s.put('b'); mu.Unlock() }, func() { s.put('a'); mu.Unlock() })
		return s.line()
	})
	reg("lock/waiter-or-owner-again", func() string {
		var mu sync.Mutex
		var s seq
		mu.Lock()
		race(func() { mu.Lock(); s.put('w'); mu.Unlock() }, func() {
			mu.Unlock()
			mu.Lock()
			s.put('o')
			mu.Unlock()
		})
		return s.line()
	})
	reg("lock/release-two-waiters", func() string {
		var mu sync.Mutex
		var s seq
		var wg sync.WaitGroup
		mu.Lock()
		wg.Go(func() { mu.Lock(); s.put('a'); mu.Unlock() })
		wg.Go(func() { mu.Lock(); s.put('b'); mu.Unlock() })
		runtime.Gosched()
		mu.Unlock()
		wg.Wait()
		return s.line()
	})
	reg("lock/pair-under-lock", func() string {
		var mu sync.Mutex
		var x, y atomic.Int64
		var r, q int64
		race(func() { mu.Lock(); x.Store(1); y.Store(1); mu.Unlock() },
			func() { mu.Lock(); r, q = x.Load(), y.Load(); mu.Unlock() })
		return fmt.Sprint(r, q)
	})
	reg("lock/pair-read-without-lock", func() string {
		var mu sync.Mutex
		var x, y atomic.Int64
		var r, q int64
		race(func() { mu.Lock(); x.Store(1); y.Store(1); mu.Unlock() },
			func() { r = x.Load(); q = y.Load() })
		return fmt.Sprint(r, q)
	})
	reg("lock/check-then-act-apart", func() string {
		var mu sync.Mutex
		var have atomic.Int64
		return inits(2, func(n *atomic.Int64) {
			mu.Lock()
			missing := have.Load() == 0
			mu.Unlock()
			if missing {
				mu.Lock()
				have.Store(1)
				n.Add(1)
				mu.Unlock()
			}
		})
	})
	reg("lock/check-then-act-together", func() string {
		var mu sync.Mutex
		var have atomic.Int64
		return inits(2, func(n *atomic.Int64) {
			mu.Lock()
			if have.Load() == 0 {
				have.Store(1)
				n.Add(1)
			}
			mu.Unlock()
		})
	})
	reg("lock/double-checked", func() string {
		var mu sync.Mutex
		var have atomic.Int64
		return inits(3, func(n *atomic.Int64) {
			if have.Load() == 0 {
				mu.Lock()
				if have.Load() == 0 {
					n.Add(1)
					have.Store(1)
				}
				mu.Unlock()
			}
		})
	})
	reg("lock/checked-once-only", func() string {
		var mu sync.Mutex
		var have atomic.Int64
		return inits(2, func(n *atomic.Int64) {
			if have.Load() == 0 {
				mu.Lock()
				n.Add(1)
				have.Store(1)
				mu.Unlock()
			}
		})
	})
	reg("lock/flag-before-work", func() string {
		// The winner of the flag initialises, the loser does not wait for it.
		var flag, data atomic.Int64
		var r int64 = -1
		race(func() {
			if flag.CompareAndSwap(0, 1) {
				data.Store(1)
			} else {
				r = data.Load()
			}
		}, func() {
			if flag.CompareAndSwap(0, 1) {
				data.Store(1)
			} else {
				r = data.Load()
			}
		})
		return fmt.Sprint(r)
	})
	reg("lock/transfer-in-two-steps", func() string {
		// Each step is locked, the transfer is not: the sum can be seen short.
		var mu sync.Mutex
		var a, b atomic.Int64
		a.Store(1)
		var sum int64
		race(func() {
			mu.Lock()
			a.Add(-1)
			mu.Unlock()
			mu.Lock()
			b.Add(1)
			mu.Unlock()
		}, func() { mu.Lock(); sum = a.Load() + b.Load(); mu.Unlock() })
		return fmt.Sprint(sum)
	})
	reg("lock/readers-together", func() string {
		var mu sync.RWMutex
		var inside, most atomic.Int64
		read := func() {
			mu.RLock()
			if n := inside.Add(1); n == 2 {
				most.Store(2)
			}
			runtime.Gosched()
			inside.Add(-1)
			mu.RUnlock()
		}
		race(read, read)
		return fmt.Sprint(max(most.Load(), 1))
	})
	reg("lock/writer-alone", func() string {
		var mu sync.RWMutex
		var x, y atomic.Int64
		var r, q int64
		race(func() { mu.Lock(); x.Store(1); y.Store(1); mu.Unlock() },
			func() { mu.RLock(); r, q = x.Load(), y.Load(); mu.RUnlock() })
		return fmt.Sprint(r, q)
	})
	reg("lock/reader-or-writer-first", func() string {
		var mu sync.RWMutex
		var s seq
		race(func() { mu.Lock(); s.put('w'); mu.Unlock() }, func() { mu.RLock(); s.put('r'); mu.RUnlock() })
		return s.line()
	})
	reg("lock/after-writer", func() string {
		// Main writes; a reader and a writer come meanwhile.
		var mu sync.RWMutex
		var s seq
		var wg sync.WaitGroup
		mu.Lock()
		wg.Go(func() { mu.RLock(); s.put('r'); mu.RUnlock() })
		wg.Go(func() { mu.Lock(); s.put('w'); mu.Unlock() })
		runtime.Gosched()
		mu.Unlock()
		wg.Wait()
		return s.line()
	})
	reg("lock/two-readers-one-writer", func() string {
		var mu sync.RWMutex
		var s seq
		read := func(c byte) func() { return func() { mu.RLock(); s.put(c); mu.RUnlock() } }
		race(read('a'), read('b'), func() { mu.Lock(); s.put('w'); mu.Unlock() })
		return s.line()
	})
	reg("lock/update-under-read-lock", func() string {
		var mu sync.RWMutex
		var x atomic.Int64
		add := func() {
			mu.RLock()
			v := x.Load()
			x.Store(v + 1)
			mu.RUnlock()
		}
		race(add, add)
		return fmt.Sprint(x.Load())
	})
	reg("lock/try-rlock-and-writer", func() string {
		var mu sync.RWMutex
		var got bool
		race(func() { mu.Lock() }, func() { got = mu.TryRLock(); mu2unlock(&mu, got) })
		return fmt.Sprint(got)
	})
	reg("lock/two-try-rlocks", func() string {
		var mu sync.RWMutex
		var a, b bool
		race(func() { a = mu.TryRLock() }, func() { b = mu.TryRLock() })
		return fmt.Sprint(a, " ", b)
	})
	reg("lock/once-who", func() string {
		var once sync.Once
		var s seq
		race(func() { once.Do(func() { s.put('a') }) }, func() { once.Do(func() { s.put('b') }) },
			func() { once.Do(func() { s.put('c') }) })
		return s.line()
	})
	reg("lock/once-waits", func() string {
		var once sync.Once
		var data atomic.Int64
		var x, y int64
		race(func() { once.Do(func() { runtime.Gosched(); data.Store(1) }); x = data.Load() },
			func() { once.Do(func() { data.Store(2) }); y = data.Load() })
		return fmt.Sprint(x, y)
	})
	reg("lock/once-after-panic", func() string {
		var once sync.Once
		a := try(func() { once.Do(func() { panic("first") }) })
		b := try(func() { once.Do(func() { panic("second") }) })
		return a + "," + b
	})
	reg("lock/wg-waits-for-all", func() string {
		var x atomic.Int64
		var wg sync.WaitGroup
		wg.Add(3)
		for range 3 {
			go func() { x.Add(1); wg.Done() }()
		}
		wg.Wait()
		return fmt.Sprint(x.Load())
	})
	reg("lock/wg-add-inside", func() string {
		var x atomic.Int64
		var wg sync.WaitGroup
		done := make(chan bool)
		go func() { wg.Add(1); x.Add(1); wg.Done(); done <- true }() // the mistake that is asked about
		wg.Wait()
		r := x.Load()
		<-done
		return fmt.Sprint(r)
	})
	reg("lock/wg-two-waiters", func() string {
		var s seq
		var wg sync.WaitGroup
		wg.Add(1)
		race(func() { wg.Wait(); s.put('a') }, func() { wg.Wait(); s.put('b') }, func() { s.put('d'); wg.Done() })
		return s.line()
	})
	reg("lock/wg-reused-in-rounds", func() string {
		var s seq
		var wg sync.WaitGroup
		for r := range 2 {
			wg.Go(func() { s.put(byte('a' + 2*r)) })
			wg.Go(func() { s.put(byte('b' + 2*r)) })
			wg.Wait()
		}
		return s.line()
	})
	reg("lock/wg-negative", func() string {
		var wg sync.WaitGroup
		return try(func() { wg.Done() })
	})
}

func mu2unlock(mu *sync.RWMutex, read bool) {
	if read {
		mu.RUnlock()
	}
}
