// Twin of direction.rs: asks Go's type checker what each direction allows.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
)

func compiles(stmt string) string {
	src := "package p; func f(both chan int, tx chan<- int, rx <-chan int) { " + stmt + " }"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err == nil {
		_, err = new(types.Config).Check("p", fset, []*ast.File{file}, nil)
	}
	if err != nil {
		return "编译不过"
	}
	return "可以"
}

func main() {
	fmt.Println("发送端 发送：" + compiles("tx <- 1"))
	fmt.Println("发送端 接收：" + compiles("<-tx"))
	fmt.Println("发送端 关闭：" + compiles("close(tx)"))
	fmt.Println("只收端 发送：" + compiles("rx <- 1"))
	fmt.Println("只收端 接收：" + compiles("<-rx"))
	fmt.Println("只收端 关闭：" + compiles("close(rx)"))

	ch := make(chan int, 1)
	var tx chan<- int = ch
	var rx <-chan int = ch
	tx <- 5
	same := reflect.ValueOf(tx).Pointer() == reflect.ValueOf(rx).Pointer()
	fmt.Printf("从发送端放进 5，只收端取到 %d，同一个 hchan %v\n", <-rx, same)
}
