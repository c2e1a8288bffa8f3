// select {} sleeps for ever; when nobody else can run that is a deadlock, else it is just waiting.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "alone" {
		select {}
	}
	if len(os.Args) > 1 {
		time.AfterFunc(5*time.Millisecond, func() { os.Exit(0) })
		select {}
	}
	fmt.Println("单独：", run("alone"))
	fmt.Println("有定时器：", run("timer"))
}

func run(mode string) string {
	cmd := exec.Command(os.Args[0], mode)
	var text bytes.Buffer
	cmd.Stderr = &text
	if cmd.Run() == nil {
		return "没有报死锁"
	}
	line, _, _ := strings.Cut(text.String(), "\n")
	return line
}
