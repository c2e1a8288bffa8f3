// Twin of main_exits.rs: three ways to go on after the one receive, each in its own process.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

func start() (unbuf, buf chan int) {
	unbuf, buf = make(chan int), make(chan int, 2)
	go func() { unbuf <- 1; buf <- 2; buf <- 3; buf <- 4 }()
	<-unbuf
	return unbuf, buf
}

func child(variant string) {
	unbuf, buf := start()
	switch variant {
	case "sleep":
		time.Sleep(20 * time.Millisecond)
		dump := make([]byte, 1<<16)
		dump = dump[:runtime.Stack(dump, true)]
		stuck := regexp.MustCompile(`\[chan send[^\]]*\]`).FindAll(dump, -1)
		fmt.Printf("泄漏 %d 个（chan send） 缓冲里 %d 个", len(stuck), len(buf))
	case "again":
		<-unbuf
	}
}

func run(variant string) string {
	self, _ := os.Executable()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "VARIANT="+variant)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		main := regexp.MustCompile(`goroutine 1 \[([^\]]*)\]`).FindStringSubmatch(errs.String())[1]
		return fmt.Sprintf("死锁 main 停在 %s", main)
	}
	return strings.TrimSpace("正常结束 " + string(out))
}

func main() {
	if v := os.Getenv("VARIANT"); v != "" {
		child(v)
		return
	}
	fmt.Println("main 直接返回：" + run("return"))
	fmt.Println("main 睡一会儿：" + run("sleep"))
	fmt.Println("main 再收一次：" + run("again"))
}
