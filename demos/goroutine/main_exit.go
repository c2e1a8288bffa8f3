// What becomes of the others when main returns, and of main when it calls Goexit; each in a child process.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

func three(wg *sync.WaitGroup) {
	for range 3 {
		wg.Go(func() {
			defer fmt.Println("defer")
			time.Sleep(5 * time.Millisecond)
		})
	}
}

func child(name string) {
	var wg sync.WaitGroup
	switch name {
	case "return":
		three(&wg)
	case "wait":
		three(&wg)
		wg.Wait()
	case "inner":
		wg.Go(func() {
			defer fmt.Println("goroutine done")
			func() {
				defer fmt.Println("inner done")
			}()
		})
		wg.Wait()
	case "goexit":
		go func() {
			time.Sleep(5 * time.Millisecond)
			fmt.Println("别人先做完")
		}()
		runtime.Goexit()
	}
}

func run(name string) (lines []string, first string) {
	cmd := exec.Command(os.Args[0], name)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, _ := cmd.Output()
	first, _, _ = strings.Cut(errs.String(), "\n")
	return strings.Split(strings.TrimSpace(string(out)), "\n"), first
}

func count(name string) (n int) {
	lines, _ := run(name)
	for _, l := range lines {
		if l == "defer" {
			n++
		}
	}
	return n
}

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	fmt.Printf("main 直接返回：执行了 %d 个 defer\n", count("return"))
	fmt.Printf("main 先 wg.Wait：执行了 %d 个 defer\n", count("wait"))
	lines, _ := run("inner")
	fmt.Println("次序：" + strings.Join(lines, "，"))
	lines, first := run("goexit")
	fmt.Printf("main 调用 Goexit：%s，然后 %s\n", strings.Join(lines, "，"), first)
}
