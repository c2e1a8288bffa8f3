// The limit on threads, in three child processes: forty blocking calls, the same four at a time, forty
// threads of C that wait in a callback.
package main

/*
#include <pthread.h>
extern void goWaits(void);
static void *work(void *arg) { goWaits(); return arg; }
static void threads(int n) {
	pthread_t t[64];
	for (int i = 0; i < n; i++) pthread_create(&t[i], 0, work, 0);
	for (int i = 0; i < n; i++) pthread_join(t[i], 0);
}
*/
import "C"

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"
)

const limit, many = 20, 40

var gate = make(chan struct{})

//export goWaits
func goWaits() { <-gate }

func calls(atOnce int) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for range many {
		wg.Go(func() {
			slots <- struct{}{}
			ts := syscall.NsecToTimespec(int64(300 * time.Millisecond))
			syscall.Nanosleep(&ts, nil)
			<-slots
		})
	}
	wg.Wait()
}

func child(what string) {
	defer fmt.Println("defer 运行了")
	defer func() { recover() }()
	debug.SetMaxThreads(limit)
	switch what {
	case "calls":
		calls(many)
	case "limited":
		calls(4)
	case "foreign":
		time.AfterFunc(300*time.Millisecond, func() { close(gate) })
		C.threads(many)
	}
}

// run gives what the child printed as an error, whether its deferred functions ran, and its success.
func run(what string) ([]string, bool, bool) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHILD="+what)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	ok := cmd.Run() == nil
	return strings.Split(err.String(), "\n"), strings.Contains(out.String(), "defer"), ok
}

func main() {
	if what := os.Getenv("CHILD"); what != "" {
		child(what)
		return
	}
	lines, deferred, _ := run("calls")
	fmt.Println(lines[0])
	fmt.Println(lines[1])
	fmt.Println("defer 运行了：", deferred)
	_, _, ok := run("limited")
	fmt.Printf("每次最多 4 个，%d 个调用都返回了： %v\n", many, ok)
	_, _, ok = run("foreign")
	fmt.Printf("%d 个 C 线程同时在回调里等，都返回了： %v\n", many, ok)
}
