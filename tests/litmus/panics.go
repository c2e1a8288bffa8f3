// panic, recover, Goexit and defer, alone and between goroutines.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func init() {
	reg("panic/defers-lifo", func() string {
		var s seq
		try(func() {
			defer s.put('a')
			defer s.put('b')
			defer s.put('c')
			panic("x")
		})
		return s.line()
	})
	reg("panic/recover-then-caller-goes-on", func() string {
		var s seq
		func() {
			defer func() { recover(); s.put('r') }()
			panic("x")
		}()
		s.put('c')
		return s.line()
	})
	reg("panic/recover-without-panic", func() string {
		r := "x"
		func() {
			defer func() { r = fmt.Sprint(recover()) }()
		}()
		return r
	})
	reg("panic/recover-one-call-deeper", func() string {
		deeper := func() any { return recover() }
		r := ""
		t := try(func() {
			defer func() { r = fmt.Sprint(deeper()) }()
			panic("x")
		})
		return r + " " + t
	})
	reg("panic/second-replaces-first", func() string {
		return try(func() {
			defer func() { panic("second") }()
			panic("first")
		})
	})
	reg("panic/again-with-the-same", func() string {
		return try(func() {
			defer func() { panic(fmt.Sprint(recover(), " again")) }()
			panic("once")
		})
	})
	reg("panic/recovered-in-the-middle", func() string {
		var s seq
		t := try(func() {
			defer s.put('a')
			defer func() { recover(); s.put('b') }()
			defer s.put('c')
			panic("x")
		})
		return s.line() + t
	})
	reg("panic/in-defer-after-recover", func() string {
		return try(func() {
			defer func() { panic("later") }()
			defer func() { recover() }()
			panic("earlier")
		})
	})
	reg("panic/goexit-runs-defers", func() string {
		var s seq
		done := make(chan bool)
		go func() {
			defer close(done)
			defer s.put('d')
			runtime.Goexit()
			s.put('x')
		}()
		<-done
		return s.line()
	})
	reg("panic/goexit-is-no-panic", func() string {
		r := ""
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { r = fmt.Sprint(recover()) }()
			runtime.Goexit()
		}()
		<-done
		return r
	})
	reg("panic/goexit-after-recover", func() string {
		var s seq
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { recover(); s.put('r'); runtime.Goexit() }()
			panic("x")
		}()
		<-done
		return s.line()
	})
	reg("panic/unlock-by-defer", func() string {
		var mu sync.Mutex
		var s seq
		race(func() {
			defer func() { recover() }()
			mu.Lock()
			defer mu.Unlock()
			s.put('a')
			panic("x")
		}, func() { mu.Lock(); s.put('b'); mu.Unlock() })
		return s.line()
	})
	reg("panic/done-by-defer", func() string {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer func() { recover() }()
			defer wg.Done()
			panic("x")
		}()
		wg.Wait()
		return "waited"
	})
	reg("panic/send-closed-text", func() string {
		c := make(chan int, 1)
		close(c)
		return try(func() { c <- 1 })
	})
	reg("panic/close-closed-text", func() string {
		c := make(chan int)
		close(c)
		return try(func() { close(c) })
	})
	dies("panic/kills-all", func() string {
		go func() { panic("child") }()
		select {}
	})
	dies("panic/or-main-returns", func() string {
		go func() { panic("child") }()
		runtime.Gosched()
		return "main returned"
	})
	dies("panic/two-at-once", func() string {
		start := make(chan bool)
		go func() { <-start; panic("a") }()
		go func() { <-start; panic("b") }()
		close(start)
		select {}
	})
	dies("panic/in-wait-group-go", func() string {
		// A function given to wg.Go that panics does not count as done.
		var wg sync.WaitGroup
		wg.Go(func() { panic("a") })
		wg.Wait()
		return "main went on"
	})
	dies("panic/with-done-by-defer", func() string {
		// Done by hand does count: main may end the program before the panic does.
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			panic("a")
		}()
		wg.Wait()
		return "main went on"
	})
	dies("panic/not-recovered-by-parent", func() string {
		defer func() { recover() }()
		go func() { panic("child") }()
		select {}
	})
	dies("panic/defers-of-others-do-not-run", func() string {
		defer fmt.Println("deferred in main")
		done := make(chan bool)
		go func() { panic("child") }()
		<-done
		return "unreachable"
	})
	dies("panic/fatal-is-not-recovered", func() string {
		defer func() { recover() }()
		var mu sync.Mutex
		mu.Unlock()
		return "unreachable"
	})
	dies("panic/chain-is-printed", func() string {
		defer func() { panic("second") }()
		panic("first")
	})
}
