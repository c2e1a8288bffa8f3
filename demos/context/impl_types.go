// Every constructor and the type behind it; and which of them can hold children.
package main

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"
)

type key struct{}

// kind is the name of the dynamic type without its package.
func kind(ctx context.Context) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", ctx), "context.")
	return name
}

// children counts what is registered below ctx, by reflection; 0 if it cannot hold any.
func children(ctx context.Context) int {
	v := reflect.Indirect(reflect.ValueOf(ctx)).FieldByName("children")
	if !v.IsValid() {
		return 0
	}
	return v.Len()
}

func main() {
	bg := context.Background()
	c, stopC := context.WithCancel(bg)
	t, stopT := context.WithTimeout(bg, time.Minute)
	v := context.WithValue(c, key{}, 7)
	w := context.WithoutCancel(c)
	parent, stopP := context.WithTimeout(bg, time.Minute)
	late, stopL := context.WithTimeout(parent, 5*time.Minute)
	fmt.Println("Background：" + kind(bg))
	fmt.Println("TODO：" + kind(context.TODO()))
	fmt.Println("WithCancel：" + kind(c))
	fmt.Println("WithTimeout：" + kind(t))
	fmt.Println("WithValue：" + kind(v))
	fmt.Println("WithoutCancel：" + kind(w))
	fmt.Println("WithTimeout（父更早）：" + kind(late))

	c2, stopC2 := context.WithCancel(bg)
	v2 := context.WithValue(c2, key{}, 7)
	_, stopA := context.WithCancel(c2)
	_, stopB := context.WithCancel(t)
	fmt.Println("WithCancel 的 children：" + fmt.Sprint(children(c2)))
	fmt.Println("WithTimeout 的 children：" + fmt.Sprint(children(t)))
	_, stopD := context.WithCancel(v2)
	fmt.Println("WithValue 的 children：" + fmt.Sprint(children(v2)))
	for _, stop := range []context.CancelFunc{stopA, stopB, stopD, stopC2, stopL, stopP, stopT, stopC} {
		stop()
	}
}
