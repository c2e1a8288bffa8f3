// More channel and select programs: those of benches/sched/chan.rs.
package main

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

func sumBelow(n int) int {
	return n * (n - 1) / 2
}

func fanIn() {
	n := count(1_000_000) / 8
	c := make(chan int)
	t := time.Now()
	for range 8 {
		go func() {
			for i := range n {
				c <- i
			}
		}()
	}
	sum := 0
	for range 8 * n {
		sum += <-c
	}
	want(sum == 8*sumBelow(n), "sum")
	report("ns/item", since(t)/float64(8*n))
}

func pool() {
	n := count(1_000_000)
	jobs, results := make(chan int, 128), make(chan int, 128)
	t := time.Now()
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for j := range jobs {
				results <- 2 * j
			}
		})
	}
	go func() {
		for i := range n {
			jobs <- i
		}
		close(jobs)
	}()
	go func() {
		workers.Wait()
		close(results)
	}()
	sum := 0
	for v := range results {
		sum += v
	}
	want(sum == 2*sumBelow(n), "sum")
	report("ns/item", since(t)/float64(n))
}

func pipeline(n, places int) {
	t := time.Now()
	first := make(chan int, places)
	from := first
	for range 10 {
		to := make(chan int, places)
		go func(from <-chan int, to chan<- int) {
			for v := range from {
				to <- v + 1
			}
			close(to)
		}(from, to)
		from = to
	}
	go func() {
		for i := range n {
			first <- i
		}
		close(first)
	}()
	sum := 0
	for v := range from {
		sum += v
	}
	want(sum == sumBelow(n)+10*n, "sum")
	report("ns/item", since(t)/float64(n))
}

func pipe1()  { pipeline(count(200_000), 1) }
func pipe64() { pipeline(count(400_000), 64) }

func ring() {
	const members = 1000
	laps := count(1_000_000) / members
	first := make(chan int)
	from := first
	for range members {
		to := make(chan int)
		go func(from <-chan int, to chan<- int) {
			for v := range from {
				to <- v + 1
			}
			close(to)
		}(from, to)
		from = to
	}
	t := time.Now()
	token := 0
	for range laps {
		first <- token
		token = <-from
	}
	want(token == laps*members, "token")
	report("ns/hop", since(t)/float64(laps*members))
	close(first)
}

func semChan() {
	n := count(2_000_000) / 16
	places := make(chan struct{}, 4)
	var inside atomic.Int64
	var wg sync.WaitGroup
	t := time.Now()
	for range 16 {
		wg.Go(func() {
			for range n {
				places <- struct{}{}
				inside.Add(1)
				<-places
			}
		})
	}
	wg.Wait()
	want(inside.Load() == int64(16*n), "turns")
	report("ns/op", since(t)/float64(16*n))
}

func closeAll() {
	n := count(10_000)
	var woken, whole float64
	for range 30 {
		t := time.Now()
		gate := make(chan struct{})
		var ready, done sync.WaitGroup
		ready.Add(n)
		done.Add(n)
		for range n {
			go func() {
				ready.Done()
				<-gate
				done.Done()
			}()
		}
		ready.Wait()
		begin := time.Now()
		close(gate)
		done.Wait()
		woken += since(begin)
		whole += since(t)
	}
	report("ns/goroutine", whole/float64(30*n))
	report("wake-ns", woken/float64(30*n))
}

func large() {
	n := count(3_000_000)
	c := make(chan [16]uint64, 128)
	t := time.Now()
	go func() {
		for i := range n {
			v := uint64(i)
			c <- [16]uint64{v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v}
		}
		close(c)
	}()
	sum := 0
	for v := range c {
		sum += int(v[15])
	}
	want(sum == sumBelow(n), "sum")
	report("ns/item", since(t)/float64(n))
}

func trySelect() {
	n := count(20_000_000)
	empty, one := make(chan int), make(chan int, 1)
	missed := 0
	t := time.Now()
	for range n {
		select {
		case <-empty:
		default:
			missed++
		}
	}
	report("empty-ns", since(t)/float64(n))
	t = time.Now()
	sum := 0
	for i := range n / 4 {
		select {
		case one <- i:
		default:
			missed++
		}
		select {
		case v := <-one:
			sum += v
		default:
			missed++
		}
	}
	want(missed == n && sum == sumBelow(n/4), "values")
	report("ready-ns", since(t)/float64(n/4*2))
}

func select8() {
	n := count(1_000_000) / 8
	var c [8]chan int
	for i := range c {
		c[i] = make(chan int)
	}
	t := time.Now()
	for _, to := range c {
		go func() {
			for k := range n {
				to <- k
			}
		}()
	}
	sum := 0
	for range 8 * n {
		v := 0
		select {
		case v = <-c[0]:
		case v = <-c[1]:
		case v = <-c[2]:
		case v = <-c[3]:
		case v = <-c[4]:
		case v = <-c[5]:
		case v = <-c[6]:
		case v = <-c[7]:
		}
		sum += v
	}
	want(sum == 8*sumBelow(n), "sum")
	report("ns/item", since(t)/float64(8*n))
}

func selectLoop() {
	n := count(3_000_000)
	input, quit, sums := make(chan int, 128), make(chan struct{}), make(chan int)
	t := time.Now()
	go func() {
		sum, got := 0, 0
	loop:
		for got < n {
			select {
			case <-quit:
				break loop
			case v := <-input:
				sum += v
				got++
			}
		}
		sums <- sum
	}()
	for i := range n {
		input <- i
	}
	want(<-sums == sumBelow(n), "sum")
	close(quit)
	report("ns/item", since(t)/float64(n))
}

func actor() {
	type ask struct {
		v      int
		answer chan int
	}
	n := count(1_000_000) / 4
	asks := make(chan ask)
	var clients sync.WaitGroup
	t := time.Now()
	go func() {
		for a := range asks {
			a.answer <- a.v + 1
		}
	}()
	for range 4 {
		clients.Go(func() {
			for i := range n {
				answer := make(chan int, 1)
				asks <- ask{i, answer}
				want(<-answer == i+1, "answer")
			}
		})
	}
	clients.Wait()
	report("ns/op", since(t)/float64(4*n))
	close(asks)
}

func future() {
	n := count(1_000_000)
	t := time.Now()
	sum := 0
	for i := range n {
		c := make(chan int, 1)
		go func() { c <- i }()
		sum += <-c
	}
	want(sum == sumBelow(n), "sum")
	report("ns/op", since(t)/float64(n))
}

func grow(depth int, up chan<- int) {
	if depth == 0 {
		up <- 1
		return
	}
	down := make(chan int, 2)
	for range 2 {
		go grow(depth-1, down)
	}
	up <- <-down + <-down + 1
}

func tree() {
	depth := bits.Len(uint(count(1<<19))) - 2
	up := make(chan int, 1)
	t := time.Now()
	grow(depth, up)
	made := <-up
	want(made == 1<<(depth+1)-1, "goroutines")
	report("ns/goroutine", since(t)/float64(made))
}

var opaque [32]uint64

//go:noinline
func descend(depth uint64) uint64 {
	var frame [32]uint64
	for i := range frame {
		frame[i] = depth + opaque[i]
	}
	if depth == 0 {
		return frame[31]
	}
	return descend(depth-1) + frame[depth%32]
}

func deep() {
	n := count(200_000)
	var wg sync.WaitGroup
	var sum atomic.Int64
	t := time.Now()
	for range n / 100 {
		for range 100 {
			wg.Go(func() { sum.Add(int64(descend(48))) })
		}
		wg.Wait()
	}
	want(sum.Load() == int64(n/100*100)*(48*49/2), "sum")
	report("ns/goroutine", since(t)/float64(n/100*100))
}
