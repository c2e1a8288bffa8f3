// A re-entrant lock over a capacity-1 channel; the owner is a token that callers pass.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type Token struct{ name string }

type ReLock struct {
	sem   chan struct{}
	owner atomic.Pointer[Token]
	count int // touched by the owner only
}

func (l *ReLock) Lock(t *Token) {
	if l.owner.Load() != t {
		l.sem <- struct{}{}
		l.owner.Store(t)
	}
	l.count++
}

func (l *ReLock) Unlock(t *Token) (err error) {
	if l.owner.Load() != t {
		return fmt.Errorf("%s 不是持有者", t.name)
	}
	l.count--
	if l.count == 0 {
		l.owner.Store(nil)
		<-l.sem
	}
	return nil
}

func main() {
	l := &ReLock{sem: make(chan struct{}, 1)}
	a, b := &Token{"A"}, &Token{"B"}
	for range 3 {
		l.Lock(a)
		fmt.Printf("A 加锁，计数 %d，令牌 %d\n", l.count, len(l.sem))
	}
	got := make(chan bool)
	go func() {
		l.Lock(b)
		fmt.Println("B 得到锁")
		got <- true
	}()
	time.Sleep(10 * time.Millisecond)
	fmt.Println("B 解锁：", l.Unlock(b))
	for range 3 {
		fmt.Println("A 解锁")
		l.Unlock(a)
		time.Sleep(2 * time.Millisecond) // time for B, should it get in
	}
	<-got
	fmt.Println("A 再解锁：", l.Unlock(a))

	var mu sync.Mutex
	mu.Lock()
	fmt.Println("Mutex 持有者再试：", mu.TryLock())
}
