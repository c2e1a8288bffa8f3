// Timers: equal deadlines, Stop and Reset against firing. Durations are microseconds, so that a
// stalled machine changes nothing that the virtual clock could not show.
package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const us = time.Microsecond

// fired tells whether a value is there.
func fired(t *time.Timer) string {
	select {
	case <-t.C:
		return "value"
	default:
		return "empty"
	}
}

func init() {
	reg("time/two-sleepers", func() string {
		var s seq
		race(func() { time.Sleep(20 * us); s.put('a') }, func() { time.Sleep(20 * us); s.put('b') })
		return s.line()
	})
	reg("time/two-after-funcs", func() string {
		var s seq
		var wg sync.WaitGroup
		wg.Add(2)
		time.AfterFunc(20*us, func() { s.put('a'); wg.Done() })
		time.AfterFunc(20*us, func() { s.put('b'); wg.Done() })
		wg.Wait()
		return s.line()
	})
	reg("time/three-after-funcs", func() string {
		var s seq
		var wg sync.WaitGroup
		wg.Add(3)
		for _, c := range []byte("abc") {
			time.AfterFunc(20*us, func() { s.put(c); wg.Done() })
		}
		wg.Wait()
		return s.line()
	})
	reg("time/after-0-or-main", func() string {
		var s seq
		done := make(chan bool)
		time.AfterFunc(0, func() { s.put('f'); done <- true })
		s.put('m')
		<-done
		return s.line()
	})
	reg("time/select-of-two-timers", func() string {
		a, b := time.After(10*us), time.After(10*us)
		select {
		case <-a:
			return "a"
		case <-b:
			return "b"
		}
	})
	reg("time/work-then-two-timers", func() string {
		a, b := time.After(2*us), time.After(2*us)
		spin(rand.N(20000))
		select {
		case <-a:
			return "a"
		case <-b:
			return "b"
		}
	})
	reg("time/select-of-two-due", func() string {
		a, b := time.After(0), time.After(0)
		time.Sleep(20 * us)
		select {
		case <-a:
			return "a"
		case <-b:
			return "b"
		}
	})
	reg("time/timer-or-sender", func() string {
		c := make(chan int, 1)
		r := ""
		race(func() { spin(rand.N(8000)); c <- 1 }, func() {
			select {
			case <-time.After(2 * us):
				r = "timeout"
			case <-c:
				r = "value"
			}
		})
		return r
	})
	reg("time/stop-or-fire", func() string {
		ran := make(chan bool, 1)
		t := time.AfterFunc(2*us, func() { ran <- true })
		spin(rand.N(8000))
		if t.Stop() {
			return "stopped"
		}
		<-ran
		return "ran"
	})
	reg("time/stop-leaves-nothing", func() string {
		t := time.NewTimer(0)
		time.Sleep(10 * us)
		was := t.Stop()
		return fmt.Sprint(was, " ", fired(t))
	})
	reg("time/reset-leaves-nothing", func() string {
		t := time.NewTimer(0)
		time.Sleep(10 * us)
		was := t.Reset(time.Hour)
		r := fmt.Sprint(was, " ", fired(t))
		t.Stop()
		return r
	})
	reg("time/stop-after-receive", func() string {
		t := time.NewTimer(us)
		<-t.C
		return fmt.Sprint(t.Stop(), " ", fired(t))
	})
	reg("time/reset-after-func-ran", func() string {
		ran := make(chan bool)
		t := time.AfterFunc(us, func() { ran <- true })
		<-ran
		was := t.Reset(us)
		<-ran
		return fmt.Sprint(was)
	})
	reg("time/two-stoppers", func() string {
		t := time.AfterFunc(time.Hour, func() {})
		var a, b bool
		race(func() { a = t.Stop() }, func() { b = t.Stop() })
		return fmt.Sprint(a, " ", b)
	})
	reg("time/stop-against-reset", func() string {
		t := time.AfterFunc(time.Hour, func() {})
		var s, r bool
		race(func() { s = t.Stop() }, func() { r = t.Reset(time.Hour) })
		pending := t.Stop()
		return fmt.Sprint(s, " ", r, " ", pending)
	})
	reg("time/one-timer-two-receivers", func() string {
		t := time.NewTimer(10 * us)
		quit := make(chan bool)
		var hit atomic.Int64
		get := func(me int64) func() {
			return func() {
				select {
				case <-t.C:
					hit.Store(me)
					close(quit)
				case <-quit:
				}
			}
		}
		race(get(1), get(2))
		return fmt.Sprint(hit.Load())
	})
	reg("time/len-of-a-due-timer", func() string {
		t := time.NewTimer(0)
		time.Sleep(10 * us)
		return fmt.Sprint(len(t.C), cap(t.C), " ", fired(t))
	})
	reg("time/poll-until-due", func() string {
		t := time.NewTimer(us)
		for fired(t) == "empty" {
		}
		return fired(t)
	})
	reg("time/negative-is-now", func() string {
		<-time.After(-time.Second)
		time.Sleep(-time.Second)
		return "now"
	})
	reg("time/shorter-reset-wins", func() string {
		ran := make(chan bool)
		t := time.AfterFunc(time.Hour, func() { ran <- true })
		was := t.Reset(us)
		<-ran
		return fmt.Sprint(was)
	})
	reg("time/ticks-are-not-kept", func() string {
		t := time.NewTicker(5 * us)
		defer t.Stop()
		time.Sleep(60 * us)
		<-t.C
		before := len(t.C)
		<-t.C
		return fmt.Sprint(before)
	})
	reg("time/sleeper-and-worker", func() string {
		var s seq
		race(func() { time.Sleep(2 * us); s.put('s') }, func() { spin(rand.N(8000)); s.put('w') })
		return s.line()
	})
}
