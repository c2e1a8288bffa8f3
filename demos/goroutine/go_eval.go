// What the go statement evaluates at once, and where a nil function blows up.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func argument(n int) int {
	fmt.Println("求值实参")
	return n
}

func arguments() {
	n, pointee := 1, 1
	goOn, done := make(chan bool), make(chan bool)
	f := func(value int, pointer *int) {
		<-goOn
		fmt.Printf("新 goroutine：值参数 %d，经指针读到 %d\n", value, *pointer)
		done <- true
	}
	go f(argument(n), &pointee)
	fmt.Println("go 语句之后")
	n, pointee = 2, 2
	goOn <- true
	<-done
}

type doer interface{ Do() }

func child(name string) {
	defer func() {
		if recover() != nil {
			os.Exit(3)
		}
	}()
	switch name {
	case "call":
		var f func(int)
		go f(1)
	case "plain":
		var f func()
		go f()
	case "method":
		var i doer
		go i.Do()
	}
	time.Sleep(50 * time.Millisecond)
}

func who(name string) string {
	cmd := exec.Command(os.Args[0], name)
	var errs strings.Builder
	cmd.Stderr = &errs
	_ = cmd.Run()
	if first, _, _ := strings.Cut(errs.String(), "\n"); strings.HasPrefix(first, "fatal error") {
		return first
	}
	if cmd.ProcessState.ExitCode() == 3 {
		return "发起者接住"
	}
	return "发起者接不住，进程结束"
}

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	arguments()
	fmt.Println("带参数的 nil 函数：" + who("call"))
	fmt.Println("nil 接口的方法：" + who("method"))
	fmt.Println("无参数的 nil 函数：" + who("plain"))
}
