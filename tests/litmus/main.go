// The recorder of the litmus programs: which outcomes does real Go show, how often?
//
// Each program is registered under its name by a file of this folder; its Rust twin of the same
// name stands in the .rs file beside it. Programs run in this process, each time in a fresh
// goroutine; those that may end the process (deadlock, panic) run as a child process, fewer times.
//
//	go build -o litmus *.go && ./litmus > outcomes.txt      (all)
//	./litmus -only select/                                  (some, to look at)
package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type program struct {
	name string
	dies bool // may end the process: run as a child
	run  func() string
}

var programs []program

func reg(name string, run func() string)  { programs = append(programs, program{name, false, run}) }
func dies(name string, run func() string) { programs = append(programs, program{name, true, run}) }

// seq notes who came when.
type seq struct {
	n atomic.Int32
	b [32]byte
}

func (s *seq) put(c byte)   { s.b[s.n.Add(1)-1] = c }
func (s *seq) line() string { return string(s.b[:s.n.Load()]) }

// par runs the bodies in a goroutine each and waits for all.
func par(fs ...func()) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(f)
	}
	wg.Wait()
}

// race is par for bodies that should meet: they wait for each other, spinning so that idle
// threads have time to fetch their share, and begin a random moment apart.
func race(fs ...func()) {
	var here atomic.Int32
	var wg sync.WaitGroup
	patience := 1 << rand.N(18)
	for _, f := range fs {
		wg.Go(func() {
			here.Add(1)
			for i := 0; here.Load() < int32(len(fs)); i++ {
				if i > patience || runtime.GOMAXPROCS(0) == 1 {
					runtime.Gosched()
				}
			}
			spin(rand.N(1 + rand.N(200)))
			f()
		})
	}
	wg.Wait()
}

var sink atomic.Int64

func spin(n int) {
	x := 0
	for i := range n {
		x += i
	}
	if x < 0 {
		sink.Add(1)
	}
}

// try runs f and returns the text of its panic, or "".
func try(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

var procs = []int{1, 2, 4}

// counts of one outcome at GOMAXPROCS 1, 2, 4
type counts map[string]*[3]int

func (c counts) add(outcome string, i int) {
	if c[outcome] == nil {
		c[outcome] = new([3]int)
	}
	c[outcome][i]++
}

// inside runs a program n times in this process: alone while the other threads sleep, alone while
// they look for work, and several copies at once.
func inside(p program, n int, c counts) {
	out := make(chan string, copies)
	for i, np := range procs {
		runtime.GOMAXPROCS(np)
		for left := n/3 + n%3*((3-i)/3); left > 0; {
			batch := 1
			switch rand.N(4) {
			case 0:
				time.Sleep(20 * time.Microsecond)
			case 1:
				go func() {}() // wakes a thread, which finds nothing and stays looking
				spin(rand.N(20000))
			default:
				batch = min(1+rand.N(copies), left)
			}
			for range batch {
				go func() { out <- p.run() }()
			}
			for range batch {
				c.add(<-out, i)
			}
			left -= batch
		}
	}
}

// copies run at once, at most
const copies = 4

// outside runs a program n times as a child process.
func outside(p program, n int, c counts) {
	for i, np := range procs {
		for range n / 3 {
			cmd := exec.Command(os.Args[0], "-one", p.name)
			cmd.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", np))
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			text := &stdout
			if err := cmd.Run(); err != nil {
				text = &stderr
			}
			line, _, _ := strings.Cut(text.String(), "\n")
			c.add(line, i)
		}
	}
}

func main() {
	n := flag.Int("n", 10000, "runs in process")
	deaths := flag.Int("dies", 600, "runs as a child process")
	only := flag.String("only", "", "programs whose name begins so")
	one := flag.String("one", "", "run this program once, here")
	flag.Parse()
	if *one != "" {
		for _, p := range programs {
			if p.name == *one {
				fmt.Println(p.run())
			}
		}
		return
	}
	fmt.Printf("# %s %s/%s, %d CPUs; runs of a program: %d in one process, or %d processes where it may end the process\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *n, *deaths)
	fmt.Println("# program, outcome, how often at GOMAXPROCS 1, 2, 4 (a third of the runs each)")
	sort.Slice(programs, func(i, j int) bool { return programs[i].name < programs[j].name })
	for _, p := range programs {
		if !strings.HasPrefix(p.name, *only) {
			continue
		}
		c := counts{}
		t0 := time.Now()
		watch := time.AfterFunc(5*time.Minute, func() { panic(p.name + " hangs") })
		if p.dies {
			outside(p, *deaths, c)
		} else {
			inside(p, *n, c)
		}
		watch.Stop()
		var lines []string
		for o, k := range c {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%d %d %d", p.name, o, k[0], k[1], k[2]))
		}
		sort.Strings(lines)
		fmt.Println(strings.Join(lines, "\n"))
		fmt.Fprintf(os.Stderr, "%-32s %3d outcomes %6.1fs\n", p.name, len(c), time.Since(t0).Seconds())
	}
}
