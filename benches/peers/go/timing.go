// Timers: the programs of benches/sched/timing.rs.
package main

import (
	"slices"
	"sync"
	"time"
)

func timeout() {
	n := count(500_000)
	c := make(chan int)
	t := time.Now()
	go func() {
		for i := range n {
			c <- i
		}
	}()
	sum := 0
	for range n {
		select {
		case v := <-c:
			sum += v
		case <-time.After(10 * time.Second):
			want(false, "too late")
		}
	}
	want(sum == sumBelow(n), "sum")
	report("ns/op", since(t)/float64(n))
}

func newStop() {
	n := count(1_000_000) / 4
	var wg sync.WaitGroup
	t := time.Now()
	for range 4 {
		wg.Go(func() {
			for range n {
				want(time.NewTimer(time.Hour).Stop(), "stop")
			}
		})
	}
	wg.Wait()
	report("ns/op", since(t)/float64(4*n))
}

func tooLate() { want(false, "too late") }

func reset() {
	n := count(2_000_000) / 4
	var wg sync.WaitGroup
	t := time.Now()
	for range 4 {
		wg.Go(func() {
			idle := time.AfterFunc(time.Hour, tooLate)
			for range n {
				want(idle.Reset(time.Hour), "reset")
			}
			want(idle.Stop(), "stop")
		})
	}
	wg.Wait()
	report("ns/op", since(t)/float64(4*n))
}

func afterFuncs() {
	n := count(400_000)
	var wg sync.WaitGroup
	t := time.Now()
	for range n / 100 {
		wg.Add(100)
		for range 100 {
			time.AfterFunc(time.Microsecond, wg.Done)
		}
		wg.Wait()
	}
	report("fired-ns", since(t)/float64(n/100*100))
	t = time.Now()
	for range n {
		want(time.AfterFunc(time.Hour, tooLate).Stop(), "stop")
	}
	report("stopped-ns", since(t)/float64(n))
}

func tickers() {
	const number = 100
	n := count(300)
	late := make([]float64, number*n)
	var wg sync.WaitGroup
	t := time.Now()
	for k := range number {
		wg.Go(func() {
			begun := time.Now()
			ticker := time.NewTicker(time.Millisecond)
			for i := range n {
				<-ticker.C
				due := time.Duration(i+1) * time.Millisecond
				late[k*n+i] = max(0, float64((time.Since(begun)-due).Nanoseconds())) / 1000
			}
			ticker.Stop()
		})
	}
	wg.Wait()
	report("total-ms", since(t)/1e6)
	lateness(late)
}

func lateness(late []float64) {
	slices.Sort(late)
	report("late-p50-us", percentile(late, 0.5))
	report("late-p99-us", percentile(late, 0.99))
}

func naps() {
	const sleepers, nap = 10, 200 * time.Microsecond
	n := count(1000)
	late := make([]float64, sleepers*n)
	var wg sync.WaitGroup
	for k := range sleepers {
		wg.Go(func() {
			for i := range n {
				begun := time.Now()
				time.Sleep(nap)
				late[k*n+i] = max(0, float64((time.Since(begun)-nap).Nanoseconds())) / 1000
			}
		})
	}
	wg.Wait()
	lateness(late)
}
