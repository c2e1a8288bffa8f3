// A nil context: derivation refuses it by name, a method call is a nil dereference.
package main

import (
	"context"
	"fmt"
	"time"
)

func try(what string, f func()) {
	defer func() { fmt.Printf("%s：%v\n", what, recover()) }()
	f()
}

func main() {
	var none context.Context
	try("WithCancel(nil)", func() { _, stop := context.WithCancel(none); stop() })
	try("WithTimeout(nil)", func() { _, stop := context.WithTimeout(none, time.Second); stop() })
	try("WithValue(nil)", func() { _ = context.WithValue(none, "k", 1) })
	try("nil.Done()", func() { <-none.Done() })
	todo, cancel := context.WithCancel(context.TODO())
	cancel()
	fmt.Printf("TODO 派生后取消：%v\n", todo.Err())
}
