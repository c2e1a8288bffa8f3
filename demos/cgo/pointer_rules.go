// What may be handed to C, with real cgo.
package main

/*
typedef struct { int n; int *p; } S;
static int use(void *s) { return s != 0; }
*/
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"
)

func try(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%s： panic: %v\n", what, r)
		} else {
			fmt.Printf("%s： 合法\n", what)
		}
	}()
	f()
}

func pin(what string, v any) {
	try("Pin "+what, func() {
		var p runtime.Pinner
		defer p.Unpin()
		p.Pin(v)
	})
}

func main() {
	number := new(C.int)
	plain := &C.S{n: 1}
	nested := &C.S{n: 1, p: number}
	array := []C.S{{n: 1}, {n: 2, p: number}}
	try("结构体里没有指针", func() { C.use(unsafe.Pointer(plain)) })
	try("结构体里有未固定的指针", func() { C.use(unsafe.Pointer(nested)) })
	try("固定之后再传", func() {
		var p runtime.Pinner
		defer p.Unpin()
		p.Pin(number)
		C.use(unsafe.Pointer(nested))
	})
	try("只传没有指针的字段", func() { C.use(unsafe.Pointer(&nested.n)) })
	try("切片的第 0 个元素", func() { C.use(unsafe.Pointer(&array[0])) })
	text := "x"
	pin("string", text)
	pin("[]int", []int{1})
	pin("map[int]int", map[int]int{1: 1})
	pin("chan int", make(chan int))
	pin("*string", &text)
}
