// Contexts: which reason wins, who is told when.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

func word(err error) string {
	switch err {
	case nil:
		return "nil"
	case context.Canceled:
		return "canceled"
	case context.DeadlineExceeded:
		return "deadline"
	}
	return err.Error()
}

func isDone(c context.Context) bool {
	select {
	case <-c.Done():
		return true
	default:
		return false
	}
}

func init() {
	bg := context.Background()
	reg("ctx/two-causes", func() string {
		c, cancel := context.WithCancelCause(bg)
		race(func() { cancel(errors.New("a")) }, func() { cancel(errors.New("b")) })
		return word(c.Err()) + " " + word(context.Cause(c))
	})
	reg("ctx/three-causes", func() string {
		c, cancel := context.WithCancelCause(bg)
		race(func() { cancel(errors.New("a")) }, func() { cancel(errors.New("b")) }, func() { cancel(nil) })
		return word(context.Cause(c))
	})
	reg("ctx/second-cancel-changes-nothing", func() string {
		c, cancel := context.WithCancelCause(bg)
		cancel(nil)
		cancel(errors.New("late"))
		return word(c.Err()) + " " + word(context.Cause(c))
	})
	reg("ctx/parent-or-child-cause", func() string {
		p, cp := context.WithCancelCause(bg)
		c, cc := context.WithCancelCause(p)
		race(func() { cp(errors.New("parent")) }, func() { cc(errors.New("child")) })
		return word(context.Cause(c)) + " " + word(context.Cause(p))
	})
	reg("ctx/child-takes-parents-cause", func() string {
		p, cancel := context.WithCancelCause(bg)
		c, stop := context.WithCancel(p)
		defer stop()
		cancel(errors.New("why"))
		return word(c.Err()) + " " + word(context.Cause(c))
	})
	reg("ctx/err-before-or-after", func() string {
		c, cancel := context.WithCancel(bg)
		r := ""
		race(func() { cancel() }, func() { r = word(c.Err()) })
		return r
	})
	reg("ctx/err-means-done", func() string {
		c, cancel := context.WithCancel(bg)
		r := ""
		race(func() { cancel() }, func() {
			err := c.Err()
			r = fmt.Sprint(word(err), " ", err == nil || isDone(c))
		})
		return r
	})
	reg("ctx/done-means-err", func() string {
		c, cancel := context.WithCancel(bg)
		r := ""
		race(func() { cancel() }, func() { <-c.Done(); r = word(c.Err()) })
		return r
	})
	reg("ctx/parent-first", func() string {
		p, cancel := context.WithCancel(bg)
		c, stop := context.WithCancel(p)
		defer stop()
		x, y := "", ""
		race(func() { cancel() }, func() { y = word(c.Err()); x = word(p.Err()) })
		return x + " " + y
	})
	reg("ctx/child-may-lag", func() string {
		p, cancel := context.WithCancel(bg)
		c, stop := context.WithCancel(p)
		defer stop()
		x, y := "", ""
		race(func() { cancel() }, func() { x = word(p.Err()); y = word(c.Err()) })
		return x + " " + y
	})
	reg("ctx/children-follow", func() string {
		p, cancel := context.WithCancel(bg)
		a, s1 := context.WithCancel(p)
		b, s2 := context.WithTimeout(context.WithValue(p, "k", 1), time.Hour)
		defer s1()
		defer s2()
		cancel()
		return word(a.Err()) + " " + word(b.Err())
	})
	reg("ctx/parent-stays", func() string {
		p, cancel := context.WithCancel(bg)
		defer cancel()
		_, cc := context.WithCancel(p)
		race(cc, cc)
		return word(p.Err())
	})
	reg("ctx/born-while-parent-dies", func() string {
		p, cancel := context.WithCancel(bg)
		var c context.Context
		race(func() { cancel() }, func() {
			var stop context.CancelFunc
			c, stop = context.WithCancel(p)
			_ = stop
		})
		<-c.Done()
		return word(c.Err())
	})
	reg("ctx/two-waiters", func() string {
		var s seq
		c, cancel := context.WithCancel(bg)
		race(func() { <-c.Done(); s.put('a') }, func() { <-c.Done(); s.put('b') }, cancel)
		return s.line()
	})
	reg("ctx/timeout-or-cancel", func() string {
		c, cancel := context.WithTimeout(bg, 2*time.Microsecond)
		cancel2(cancel)
		<-c.Done()
		return word(c.Err())
	})
	reg("ctx/deadline-in-the-past", func() string {
		c, cancel := context.WithDeadline(bg, time.Unix(0, 0))
		cancel()
		return word(c.Err())
	})
	reg("ctx/timeout-cause-or-cancel", func() string {
		c, cancel := context.WithTimeoutCause(bg, 2*time.Microsecond, errors.New("slow"))
		cancel2(cancel)
		<-c.Done()
		return word(c.Err()) + " " + word(context.Cause(c))
	})
	reg("ctx/after-func-or-stop", func() string {
		c, cancel := context.WithCancel(bg)
		ran := make(chan bool, 1)
		stop := context.AfterFunc(c, func() { ran <- true })
		stopped := false
		race(func() { cancel() }, func() { stopped = stop() })
		if stopped {
			return "stopped"
		}
		<-ran
		return "ran"
	})
	reg("ctx/after-func-two", func() string {
		var s seq
		var wg sync.WaitGroup
		wg.Add(2)
		c, cancel := context.WithCancel(bg)
		context.AfterFunc(c, func() { s.put('a'); wg.Done() })
		context.AfterFunc(c, func() { s.put('b'); wg.Done() })
		cancel()
		wg.Wait()
		return s.line()
	})
	reg("ctx/after-func-is-elsewhere", func() string {
		var s seq
		c, cancel := context.WithCancel(bg)
		cancel()
		done := make(chan bool)
		context.AfterFunc(c, func() { s.put('f'); done <- true })
		s.put('m')
		<-done
		return s.line()
	})
	reg("ctx/after-func-once", func() string {
		var n atomic.Int64
		done := make(chan bool, 2)
		c, cancel := context.WithCancel(bg)
		stop := context.AfterFunc(c, func() { n.Add(1); done <- true })
		race(cancel, cancel)
		<-done
		return fmt.Sprint(n.Load(), stop())
	})
	reg("ctx/without-cancel", func() string {
		p, cancel := context.WithCancel(bg)
		c := context.WithoutCancel(p)
		cancel()
		return word(p.Err()) + " " + word(c.Err())
	})
	reg("ctx/work-or-done", func() string {
		c, cancel := context.WithCancel(bg)
		work := make(chan int, 1)
		r := ""
		race(cancel, func() { work <- 1 }, func() {
			select {
			case <-c.Done():
				r = "done"
			case <-work:
				r = "work"
			}
		})
		return r
	})
}

// cancel2 cancels after a moment that may be longer or shorter than the timeout.
func cancel2(cancel func()) {
	race(func() { spin(rand.N(8000)); cancel() })
}
