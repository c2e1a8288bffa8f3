// Reads a stream of Go execution traces and puts each before Go's own reader and validator.
//
// It needs packages internal to Go, so it is built as a file of the standard library's tree by means
// of an overlay; see the recipe go-trace-check. Developer's tool: CI has no Go.
//
// A record of the stream: length of name, name, 1 if it must be accepted else 0, length, bytes;
// lengths are 4 bytes, little endian.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"internal/trace"
	"internal/trace/raw"
	"internal/trace/testtrace"
	"internal/trace/tracev2"
	"internal/trace/version"
)

const shown = 20

func main() {
	in, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	r := bufio.NewReaderSize(in, 1<<20)
	begun := time.Now()
	var accepted, refused, caught, missed, events int
	var size int64
	cut := false
	for {
		name, honest, data, err := record(r)
		if err == io.EOF {
			break
		} else if err != nil {
			fmt.Println("stream: cut short:", err)
			cut = true
			break
		}
		size += int64(len(data))
		n, err := judge(data)
		events += n
		switch {
		case honest && err == nil:
			accepted++
		case honest:
			refused++
			if refused <= shown {
				fmt.Printf("REFUSED %s: %s\n", name, firstLines(err))
			}
		case err != nil:
			caught++
			fmt.Printf("caught  %s: %s\n", name, firstLines(err))
		default:
			missed++
			fmt.Printf("MISSED  %s\n", name)
		}
	}
	fmt.Printf("%d accepted, %d refused; lies: %d caught, %d missed; %d events, %.1f MiB, %.1f s\n",
		accepted, refused, caught, missed, events, float64(size)/(1<<20), time.Since(begun).Seconds())
	if refused+missed > 0 || accepted == 0 || cut {
		os.Exit(1)
	}
}

func record(r io.Reader) (name string, honest bool, data []byte, err error) {
	var n uint32
	if err = binary.Read(r, binary.LittleEndian, &n); err != nil {
		return
	}
	b := make([]byte, n+1)
	if _, err = io.ReadFull(r, b); err != nil {
		return
	}
	name, honest = string(b[:n]), b[n] == 1
	if err = binary.Read(r, binary.LittleEndian, &n); err != nil {
		return
	}
	data = make([]byte, n)
	_, err = io.ReadFull(r, data)
	return
}

// judge reads a trace to its end and returns the number of events.
func judge(data []byte) (int, error) {
	if err := timeGoesOn(data); err != nil {
		return 0, err
	}
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	v := testtrace.NewValidator()
	v.GoVersion = version.Go122
	for n := 0; ; n++ {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, fmt.Errorf("reader: %w", err)
		}
		if err := v.Event(ev); err != nil {
			return n, fmt.Errorf("validator: %w", err)
		}
	}
}

// timeGoesOn looks at the raw batches: on one thread no event is earlier than the one before. The
// reader would repair that silently, for it trusts sequence numbers more than clocks.
func timeGoesOn(data []byte) error {
	r, err := raw.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	last := map[uint64]uint64{}
	var m, now uint64
	specs := tracev2.Specs()
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("raw: %w", err)
		}
		switch {
		case ev.Ev == tracev2.EvEventBatch:
			m, now = ev.Args[1], ev.Args[2]
			if m != ^uint64(0) && now < last[m] {
				return errors.New("raw: time goes back within a thread")
			}
		case specs[ev.Ev].IsTimedEvent:
			now += ev.Args[0]
			last[m] = now
		}
	}
}

func firstLines(err error) string {
	s := []byte(err.Error())
	if len(s) > 160 {
		s = append(s[:160], "…"...)
	}
	return string(bytes.ReplaceAll(s, []byte("\n"), []byte(" | ")))
}
