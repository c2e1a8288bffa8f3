// A child may shorten its parent's deadline, never stretch it.
package main

import (
	"context"
	"fmt"
	"time"
)

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func main() {
	bg := context.Background()
	a, stopA := context.WithTimeout(bg, ms(30))
	b, stopB := context.WithDeadline(bg, time.Now().Add(ms(30)))
	da, _ := a.Deadline()
	db, _ := b.Deadline()
	fmt.Printf("两种写法截止时间相差不到 10 ms：%v\n", db.Sub(da) < ms(10))
	stopA()
	stopB()

	parent, stop := context.WithTimeout(bg, ms(20))
	child, cancel := context.WithTimeout(parent, ms(400))
	dp, _ := parent.Deadline()
	dc, _ := child.Deadline()
	fmt.Printf("子要 400 ms：截止时间与父相同=%v\n", dc.Equal(dp))
	<-parent.Done()
	time.Sleep(ms(1)) // parent.Done closes just before the child is told
	fmt.Printf("父到期：子=%v\n", child.Err())
	cancel()
	stop()

	parent, stop = context.WithTimeout(bg, time.Minute)
	child, cancel = context.WithTimeout(parent, ms(5))
	<-child.Done()
	fmt.Printf("子要 5 ms：子=%v 父=%v\n", child.Err(), parent.Err())
	cancel()
	stop()
}
