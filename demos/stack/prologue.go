// Reads the machine code at the entry of four functions (amd64): which stack check the compiler put
// there, if any, and for how large a frame.
package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"unsafe"
)

//go:noinline
func small(n int) byte {
	var pad [64]byte
	pad[n%64] = 1
	return pad[0] + next(n)
}

//go:noinline
func big(n int) byte {
	var pad [1000]byte
	pad[n%1000] = 1
	return pad[0] + next(n)
}

//go:noinline
func huge(n int) byte {
	var pad [5000]byte
	pad[n%5000] = 1
	return pad[0] + next(n)
}

//go:noinline
func next(n int) byte { return byte(n) }

func code(f func(int) byte) []byte {
	entry := **(**uintptr)(unsafe.Pointer(&f))
	return unsafe.Slice((*byte)(unsafe.Pointer(entry)), 32)
}

func starts(code []byte, with ...byte) bool { return string(code[:len(with)]) == string(with) }

func describe(code []byte) string {
	switch {
	case starts(code, 0x49, 0x3b, 0x66, 0x10): // CMPQ SP, 16(R14)
		return "比较 SP 与 stackguard0"
	case starts(code, 0x4c, 0x8d, 0xa4, 0x24): // LEAQ -n(SP), R12
		n := -int32(binary.LittleEndian.Uint32(code[4:]))
		return fmt.Sprintf("比较 SP-%d 与 stackguard0，帧 %d 字节", n, n+128)
	case starts(code, 0x49, 0x89, 0xe4, 0x49, 0x81, 0xec): // MOVQ SP, R12; SUBQ $n, R12
		n := int32(binary.LittleEndian.Uint32(code[6:]))
		wraps := starts(code[10:], 0x0f, 0x82) || starts(code[10:], 0x72) // JCS
		return fmt.Sprintf("先防下溢 %t，再比较 SP-%d 与 stackguard0，帧 %d 字节", wraps, n, n+128)
	}
	return "没有检查"
}

func main() {
	if runtime.GOARCH != "amd64" {
		fmt.Println("这个程序只认识 amd64 的机器码")
		return
	}
	fmt.Println("small：", describe(code(small)))
	fmt.Println("big：", describe(code(big)))
	fmt.Println("huge：", describe(code(huge)))
	fmt.Println("next：", describe(code(next)))
}
