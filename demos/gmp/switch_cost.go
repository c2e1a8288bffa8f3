package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

const trips = 1000

func kernelSwitches() (sum int) {
	files, _ := filepath.Glob("/proc/self/task/*/status")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		for line := range strings.Lines(string(text)) {
			if n, ok := strings.CutPrefix(line, "voluntary_ctxt_switches:"); ok {
				v, _ := strconv.Atoi(strings.TrimSpace(n))
				sum += v
			}
		}
	}
	return sum
}

// play hands a number to and fro. With lock, each side keeps to a thread of its own.
func play(lock bool) int {
	ask, answer, done := make(chan int), make(chan int), make(chan int)
	before := kernelSwitches()
	go func() {
		if lock {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
		}
		for v := range ask {
			answer <- v + 1
		}
		done <- kernelSwitches() - before
	}()
	if lock {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	for i := range trips {
		ask <- i
		<-answer
	}
	close(ask)
	return <-done
}

func main() {
	runtime.GOMAXPROCS(1)
	fmt.Printf("goroutine 往返 %d 次，内核切换不到 200 次：%v\n", trips, play(false) < 200)
	fmt.Printf("线程往返 %d 次，内核切换不少于 %d 次：%v\n", trips, trips, play(true) >= trips)
}
