// Three short cuts of derivation: cancelled parent, earlier parent, deadline in the past.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

type key struct{}

// kind is the name of the dynamic type without its package.
func kind(ctx context.Context) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", ctx), "context.")
	return name
}

func main() {
	bg := context.Background()
	parent, cancel := context.WithCancel(bg)
	cancel()
	child, stop := context.WithCancel(parent)
	fmt.Printf("父已取消：Err=%v\n", child.Err())
	stop()

	parent, cancel = context.WithTimeout(bg, time.Hour)
	child, stop = context.WithTimeout(parent, 5*time.Hour)
	mine, _ := child.Deadline()
	theirs, _ := parent.Deadline()
	fmt.Printf("父 1h、子 5h：%s，Deadline 与父相同=%v\n", kind(child), mine.Equal(theirs))
	stop()
	cancel()

	past, stop := context.WithDeadline(bg, time.Now())
	fmt.Printf("截止已过：%s，Err=%v\n", kind(past), past.Err())
	stop()

	c, cancel := context.WithCancel(bg)
	v := context.WithValue(c, key{}, 7)
	w := context.WithoutCancel(v)
	cancel()
	fmt.Printf("WithoutCancel：Err=%v，Value=%v；WithValue：Err=%v\n", w.Err(), w.Value(key{}), v.Err())
}
