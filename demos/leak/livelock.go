// Two that give way to each other for ever, and how one pause ends it.
package main

import (
	"fmt"
	"sync"
)

const rounds = 20

type side struct {
	first      bool
	own, other *sync.Mutex
	point      chan bool
}

// meet returns when both sides have come.
func (s side) meet() {
	if s.first {
		s.point <- true
	} else {
		<-s.point
	}
}

func (s side) work(pause bool) (tries, done int) {
	for round := range rounds {
		plays := done == 0 && !(pause && !s.first && round == 1)
		if plays {
			s.own.Lock()
		}
		s.meet()
		if plays {
			tries++
			if s.other.TryLock() {
				done = 1
				s.other.Unlock()
			}
		}
		s.meet()
		if plays {
			s.own.Unlock()
		}
		s.meet()
	}
	return tries, done
}

func contest(name string, pause bool) {
	var a, b sync.Mutex
	point, results := make(chan bool), make(chan [2]int)
	for _, s := range []side{{true, &a, &b, point}, {false, &b, &a, point}} {
		go func() {
			tries, done := s.work(pause)
			results <- [2]int{tries, done}
		}()
	}
	x, y := <-results, <-results
	fmt.Printf("%s：试了 %d 次，做成 %d 件\n", name, x[0]+y[0], x[1]+y[1])
}

func main() {
	contest("都立刻重试", false)
	contest("错开一轮", true)
}
