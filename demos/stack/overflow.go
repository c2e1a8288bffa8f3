// A recursion without end in a child process: what is printed, how large the stack had become, where
// the runtime noticed, and that neither defer nor recover runs.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
)

//go:noinline
func rec(n int) int {
	var pad [1000]byte
	pad[n%1000] = byte(n)
	return rec(n+1) + int(pad[n%1000])
}

func child() {
	defer fmt.Println("defer 运行了")
	defer func() { recover() }()
	debug.SetMaxStack(1000000)
	rec(0)
}

func main() {
	if os.Getenv("CHILD") != "" {
		child()
		return
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHILD=1")
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	cmd.Run()
	lines := strings.Split(err.String(), "\n")
	fmt.Println(lines[0])
	m := regexp.MustCompile(`stack=\[(0x[0-9a-f]+), (0x[0-9a-f]+)\]`).FindStringSubmatch(lines[1])
	lo, _ := strconv.ParseUint(m[1], 0, 64)
	hi, _ := strconv.ParseUint(m[2], 0, 64)
	fmt.Println(lines[2])
	fmt.Println("当时的栈有多少字节：", hi-lo)
	fmt.Print("系统栈上：")
	for _, f := range regexp.MustCompile(`(?m)^runtime\.(newstack|morestack)\(`).FindAllStringSubmatch(err.String(), -1) {
		fmt.Print(" runtime.", f[1])
	}
	fmt.Println()
	fmt.Println("defer 运行了：", strings.Contains(out.String(), "defer"))
}
