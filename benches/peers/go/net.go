// Network programs: those of benches/sched/net.rs.
package main

import (
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

func server() net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return ln
}

func ask(c net.Conn, buf []byte) {
	_, err := c.Write(buf)
	must(err)
	_, err = io.ReadFull(c, buf)
	must(err)
}

func echoes(connections, millis int) {
	ln := server()
	var wg sync.WaitGroup
	results := make(chan []float64, connections)
	start := time.Now()
	end := start.Add(time.Duration(millis) * time.Millisecond)
	for range connections {
		wg.Go(func() {
			c, err := net.Dial("tcp", ln.Addr().String())
			must(err)
			defer c.Close()
			var buf [64]byte
			late := make([]float64, 0, 1000)
			for t := time.Now(); t.Before(end); {
				ask(c, buf[:])
				now := time.Now()
				late = append(late, float64(now.Sub(t).Nanoseconds())/1000)
				t = now
			}
			results <- late
		})
	}
	wg.Wait()
	seconds := time.Since(start).Seconds()
	ln.Close()
	close(results)
	var all []float64
	for late := range results {
		all = append(all, late...)
	}
	slices.Sort(all)
	report("req/s", float64(len(all))/seconds)
	report("p50-us", percentile(all, 0.5))
	report("p99-us", percentile(all, 0.99))
}

func echo()    { echoes(64, count(3000)) }
func tcp1()    { echoes(1, count(1000)) }
func tcp1000() { echoes(1000, count(2000)) }

func udp() {
	n := count(100_000)
	bind := func() *net.UDPConn {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		must(err)
		return c
	}
	here, there := bind(), bind()
	to := there.LocalAddr().(*net.UDPAddr).AddrPort()
	go func() {
		var buf [64]byte
		for {
			n, from, err := there.ReadFromUDPAddrPort(buf[:])
			if err != nil {
				return
			}
			if _, err := there.WriteToUDPAddrPort(buf[:n], from); err != nil {
				return
			}
		}
	}()
	var buf [64]byte
	t := time.Now()
	for range n {
		sent, err := here.WriteToUDPAddrPort(buf[:], to)
		must(err)
		got, _, err := here.ReadFromUDPAddrPort(buf[:])
		must(err)
		want(sent == 64 && got == 64, "length")
	}
	report("ns/roundtrip", since(t)/float64(n))
}

func shortLived() {
	n := count(8000) / 8
	ln := server()
	var wg sync.WaitGroup
	t := time.Now()
	for range 8 {
		wg.Go(func() {
			var buf [64]byte
			for range n {
				c, err := net.Dial("tcp", ln.Addr().String())
				must(err)
				ask(c, buf[:])
				must(c.Close())
			}
		})
	}
	wg.Wait()
	report("us/connection", since(t)/1000/float64(8*n))
	ln.Close()
}
