// The nil channel: never ready, never an error, and useful for that.
package main

import "fmt"

func init() {
	reg("nil/try", func() string {
		var c chan int
		return fmt.Sprint(trySend(c, 1), " ", tryRecv(c))
	})
	reg("nil/len-cap", func() string {
		var c chan int
		return fmt.Sprint(len(c), cap(c))
	})
	reg("nil/case-is-never-taken", func() string {
		var c chan int
		select {
		case <-c:
			return "nil received"
		case c <- 1:
			return "nil sent"
		case <-filled(1):
			return "other"
		}
	})
	reg("nil/merge-until-both-closed", func() string {
		a, b := make(chan byte), make(chan byte)
		var s seq
		race(func() { a <- 'a'; a <- 'b'; close(a) }, func() { b <- 'c'; close(b) }, func() {
			a, b := a, b
			for a != nil || b != nil {
				select {
				case v, ok := <-a:
					if !ok {
						a = nil
						continue
					}
					s.put(v)
				case v, ok := <-b:
					if !ok {
						b = nil
						continue
					}
					s.put(v)
				}
			}
		})
		return s.line()
	})
	reg("nil/send-only-when-something-is-there", func() string {
		// A queue of its own: the send case is off while there is nothing to send.
		in, out := make(chan byte), make(chan byte)
		var s seq
		race(func() { in <- 'a'; in <- 'b'; close(in) }, func() {
			var queue []byte
			in := in
			for in != nil || len(queue) > 0 {
				var to chan byte
				var first byte
				if len(queue) > 0 {
					to, first = out, queue[0]
				}
				select {
				case v, ok := <-in:
					if !ok {
						in = nil
						continue
					}
					queue = append(queue, v)
				case to <- first:
					queue = queue[1:]
				}
			}
			close(out)
		}, func() {
			for v := range out {
				s.put(v)
			}
		})
		return s.line()
	})
	reg("nil/close-text", func() string {
		var c chan int
		return try(func() { close(c) })
	})
}
