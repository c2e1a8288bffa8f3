// The scheduler workloads of benches/sched on real Go.
//
// main WORKLOAD WORKERS prints lines "R metric value"; N in the environment changes the count.
// Sizes, metrics and the shape of each program are those of benches/sched: a change there
// belongs here too. GOMAXPROCS is WORKERS, every other setting is Go's default, because that is
// what a user of Go gets.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// count is N from the environment, or the workload's own size.
func count(own int) int {
	if n, err := strconv.Atoi(os.Getenv("N")); err == nil && n > 0 {
		return n
	}
	return own
}

func report(metric string, value float64) {
	fmt.Printf("R %s %.4f\n", metric, value)
}

// since is the time from t in nanoseconds.
func since(t time.Time) float64 {
	return float64(time.Since(t).Nanoseconds())
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func want(ok bool, what string) {
	if !ok {
		fmt.Fprintln(os.Stderr, "wrong result:", what)
		os.Exit(1)
	}
}

// rss is the resident memory of the process in bytes; 0 where there is no /proc.
func rss() float64 {
	var total, resident float64
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		fmt.Sscan(string(b), &total, &resident)
	}
	return resident * float64(os.Getpagesize())
}

// percentile of a sorted slice.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(float64(len(sorted)-1)*p)]
}

func spawn() {
	n := count(1_000_000)
	var wg sync.WaitGroup
	t := time.Now()
	for range n / 1000 {
		wg.Add(1000)
		for range 1000 {
			go wg.Done()
		}
		wg.Wait()
	}
	report("ns/op", since(t)/float64(n))
}

func yield() {
	n := count(2_000_000)
	var wg sync.WaitGroup
	t := time.Now()
	for range 2 {
		wg.Go(func() {
			for range n {
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	report("ns/switch", since(t)/float64(2*n))
}

// rounds lets n goroutines give way each times; ns a switch.
func rounds(n, each int) float64 {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-gate
			for range each {
				runtime.Gosched()
			}
		})
	}
	for range 4 {
		runtime.Gosched()
	}
	time.Sleep(5 * time.Millisecond)
	t := time.Now()
	close(gate)
	wg.Wait()
	return since(t) / float64(n*each)
}

func switches() {
	n := count(4_000_000)
	report("hot-ns", rounds(2, n/2))
	report("10k-ns", rounds(10_000, (n+9999)/10_000))
}

func pingpong() {
	n := count(1_000_000)
	there, back := make(chan int), make(chan int)
	go func() {
		for v := range there {
			back <- v
		}
	}()
	t := time.Now()
	for i := range n {
		there <- i
		<-back
	}
	report("ns/roundtrip", since(t)/float64(n))
}

func chan1p1c() {
	n := count(5_000_000)
	c := make(chan int, 128)
	t := time.Now()
	go func() {
		for i := range n {
			c <- i
		}
		close(c)
	}()
	sum := 0
	for v := range c {
		sum += v
	}
	want(sum == n*(n-1)/2, "sum")
	report("ns/item", since(t)/float64(n))
}

func chan4p4c() {
	n := count(4_000_000)
	c := make(chan int, 128)
	var producers, consumers sync.WaitGroup
	var total atomic.Int64
	t := time.Now()
	for range 4 {
		producers.Go(func() {
			for i := range n / 4 {
				c <- i
			}
		})
		consumers.Go(func() {
			got := 0
			for range c {
				got++
			}
			total.Add(int64(got))
		})
	}
	producers.Wait()
	close(c)
	consumers.Wait()
	want(total.Load() == int64(n/4*4), "items")
	report("ns/item", since(t)/float64(n))
}

func sieve() {
	n := count(2000)
	t := time.Now()
	numbers := make(chan int)
	go func(to chan<- int) {
		for i := 2; ; i++ {
			to <- i
		}
	}(numbers)
	prime := 0
	for range n {
		prime = <-numbers
		next := make(chan int)
		go func(from <-chan int, to chan<- int, prime int) {
			for i := range from {
				if i%prime != 0 {
					to <- i
				}
			}
		}(numbers, next, prime)
		numbers = next
	}
	want(n != 2000 || prime == 17389, "prime")
	report("ms", since(t)/1e6)
}

func select2() {
	n := count(3_000_000)
	a, b := make(chan byte, 1), make(chan byte, 1)
	a <- 0
	b <- 0
	done := make(chan struct{})
	t := time.Now()
	go func() {
		for range n {
			select {
			case <-a:
				a <- 0
			case <-b:
				b <- 0
			}
		}
		done <- struct{}{}
	}()
	<-done
	report("ns/op", since(t)/float64(n))
}

func select4() {
	n := count(1_000_000) / 4 * 4
	var c [4]chan int
	for i := range c {
		c[i] = make(chan int)
	}
	t := time.Now()
	for _, to := range c {
		go func() {
			for k := range n / 4 {
				to <- k
			}
		}()
	}
	done := make(chan int)
	go func() {
		sum := 0
		for range n {
			v := 0
			select {
			case v = <-c[0]:
			case v = <-c[1]:
			case v = <-c[2]:
			case v = <-c[3]:
			}
			sum += v
		}
		done <- sum
	}()
	want(<-done == 4*((n/4)*(n/4-1)/2), "sum")
	report("ns/item", since(t)/float64(n))
}

func mutex8() {
	n := count(4_000_000)
	var mu sync.Mutex
	var wg sync.WaitGroup
	x := 0
	t := time.Now()
	for range 8 {
		wg.Go(func() {
			for range n / 8 {
				mu.Lock()
				x++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	want(x == n/8*8, "counter")
	report("ns/op", since(t)/float64(n))
}

func parked() {
	n := count(100_000)
	gate := make(chan struct{})
	var started atomic.Int64
	var wg sync.WaitGroup
	wg.Add(n)
	before := rss()
	t := time.Now()
	for range n {
		go func() {
			started.Add(1)
			<-gate
			wg.Done()
		}()
	}
	for started.Load() < int64(n) {
		time.Sleep(100 * time.Microsecond)
	}
	created := since(t)
	time.Sleep(20 * time.Millisecond)
	held := rss()
	t = time.Now()
	close(gate)
	wg.Wait()
	woken := since(t)
	report("B/goroutine", (held-before)/float64(n))
	report("create-ns", created/float64(n))
	report("wakeall-ns", woken/float64(n))
}

func sky(up chan<- int, num, size int) {
	if size == 1 {
		up <- num
		return
	}
	down, part := make(chan int), size/10
	for i := range 10 {
		go sky(down, num+i*part, part)
	}
	sum := 0
	for range 10 {
		sum += <-down
	}
	up <- sum
}

func skynet() {
	n := count(1_000_000)
	root := make(chan int)
	t := time.Now()
	go sky(root, 0, n)
	want(<-root == n*(n-1)/2, "sum")
	took := since(t)
	report("ms", took/1e6)
	report("ns/task", took/(float64(n)*1.11111))
}

func sleep() {
	n := count(100_000)
	late := make([]float64, n)
	var wg sync.WaitGroup
	wg.Add(n)
	state := uint64(12345) // xorshift, so that every peer and every run sleeps the same times
	t := time.Now()
	for i := range n {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		d := time.Duration(1_000_000 + state%99_000_000)
		go func() {
			begun := time.Now()
			time.Sleep(d)
			late[i] = float64((time.Since(begun) - d).Nanoseconds()) / 1000
			wg.Done()
		}()
	}
	wg.Wait()
	report("total-ms", since(t)/1e6)
	slices.Sort(late)
	report("late-p50-us", percentile(late, 0.5))
	report("late-p99-us", percentile(late, 0.99))
	report("late-max-us", percentile(late, 1))
}

func serve(c net.Conn) {
	defer c.Close()
	var buf [64]byte
	for {
		if _, err := io.ReadFull(c, buf[:]); err != nil {
			return
		}
		if _, err := c.Write(buf[:]); err != nil {
			return
		}
	}
}

//go:noinline
func fibSeq(n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	return fibSeq(n-1) + fibSeq(n-2)
}

func fibPar(n, cut int) uint64 {
	if n <= cut {
		return fibSeq(n)
	}
	c := make(chan uint64, 1)
	go func() { c <- fibPar(n-1, cut) }()
	b := fibPar(n-2, cut)
	return <-c + b
}

func fib() {
	n := count(40)
	t := time.Now()
	alone := fibSeq(n)
	seq := since(t)
	t = time.Now()
	want(fibPar(n, 25) == alone, "fib")
	par := since(t)
	report("ms", par/1e6)
	report("speedup", seq/par)
}

var workloads = map[string]func(){
	"spawn": spawn, "yield": yield, "pingpong": pingpong, "chan1p1c": chan1p1c,
	"chan4p4c": chan4p4c, "sieve": sieve, "select2": select2, "select4": select4,
	"mutex8": mutex8, "parked": parked, "skynet": skynet, "sleep": sleep,
	"echo": echo, "fib": fib,

	"fanin": fanIn, "pool": pool, "pipe1": pipe1, "pipe64": pipe64, "ring": ring,
	"semchan": semChan, "closeall": closeAll, "large": large, "tryselect": trySelect,
	"select8": select8, "selectloop": selectLoop, "actor": actor, "future": future,
	"tree": tree, "deep": deep,

	"fanout": fanOut, "rwmutex": rwmutex, "mutex1": mutex1, "once": once, "cond": cond,
	"mutex64": mutex64, "atomic": atomics, "ctxtree": ctxTree, "ctxrequest": ctxRequest,
	"ctxwait": ctxWait, "calls": calls,

	"timeout": timeout, "newstop": newStop, "reset": reset, "afterfunc": afterFuncs,
	"tickers": tickers, "naps": naps,

	"tcp1": tcp1, "tcp1000": tcp1000, "udp": udp, "short": shortLived,

	"switch": switches,
}

func main() {
	if len(os.Args) == 3 {
		program, known := workloads[os.Args[1]]
		workers, err := strconv.Atoi(os.Args[2])
		if known && err == nil && workers > 0 {
			runtime.GOMAXPROCS(workers)
			program()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: main WORKLOAD WORKERS")
	os.Exit(2)
}
