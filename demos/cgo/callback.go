// C calls back into Go, with real cgo.
package main

/*
#include <pthread.h>
#include <time.h>
#include <unistd.h>
extern void goTimed(long long);
extern void goCounted(void);
static long long stamp(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static void timed(void) { usleep(60000); goTimed(stamp()); }
static void *work(void *arg) { for (int i = 0; i < 5; i++) goCounted(); return arg; }
static void threads(void) {
	pthread_t t[3];
	for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, work, 0);
	for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var callbacks atomic.Int64

//export goTimed
func goTimed(wanted C.longlong) {
	waited := time.Duration(C.stamp() - wanted)
	fmt.Println("Go→C→Go：没有空闲的 P，回调等了：", waited >= 500*time.Microsecond)
}

//export goCounted
func goCounted() { callbacks.Add(1) }

func main() {
	runtime.GOMAXPROCS(1)
	var wg sync.WaitGroup
	wg.Go(func() { C.timed() })
	runtime.Gosched()
	// Two keep the processor busy: whoever comes back from C has to queue.
	for range 2 {
		wg.Go(func() {
			for t := time.Now(); time.Since(t) < 150*time.Millisecond; {
			}
		})
	}
	wg.Wait()
	C.threads()
	fmt.Println("3 个 C 线程回调", callbacks.Load(), "次")
}
