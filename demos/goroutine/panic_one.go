// A panic nobody recovers ends everybody; a recover at the goroutine's entry ends nobody else.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

func program(entryRecovers bool) {
	defer func() {
		if recover() != nil {
			fmt.Println("main 接住")
		}
	}()
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer fmt.Println("旁人的清理")
			time.Sleep(50 * time.Millisecond)
		}()
	}
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer func() {
			if entryRecovers {
				if r := recover(); r != nil {
					fmt.Printf("入口接住 %v\n", r)
				}
			}
		}()
		defer fmt.Println("出事者的清理")
		time.Sleep(time.Millisecond)
		panic("boom")
	}()
	wg.Wait()
}

func run(name string) (lines []string, end string) {
	cmd := exec.Command(os.Args[0], name)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	end = "正常结束"
	if err != nil {
		end, _, _ = strings.Cut(errs.String(), "\n")
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), end
}

func main() {
	if len(os.Args) > 1 {
		program(os.Args[1] == "recover")
		return
	}
	lines, end := run("bare")
	fmt.Println("没人接：" + end)
	fmt.Println("没人接时执行的 defer：" + strings.Join(lines, "，"))
	lines, end = run("recover")
	for _, l := range lines {
		if strings.HasPrefix(l, "入口接住") {
			fmt.Println(l + "：" + end)
		}
	}
}
