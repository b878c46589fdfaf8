package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sys/unix"

	"bellhop/e2e/faults/guest"
)

// steps goes through the steps that are ordered.
type steps struct {
	session int
	book    *book
	pms     *pms
	agent   *agent

	cuts int            // reports that were cut off, ever
	open []guest.Report // those that were not pushed again
}

func (s *steps) all(list []guest.Step) error {
	for n, step := range list {
		if err := s.one(step); err != nil {
			return fmt.Errorf("step %d: %w", n+1, err)
		}
	}
	return nil
}

func (s *steps) one(step guest.Step) error {
	s.wait(&s.book.acked, step.After)
	if step.Cut {
		if err := s.cutOff(); err != nil {
			return err
		}
	}
	s.book.begin()
	if !step.Clock.IsZero() {
		if err := s.set(step.Clock, step.Synced); err != nil {
			return err
		}
	}
	if step.PMS != "" {
		s.pms.Down(step.PMS == guest.Down)
	}
	if step.Kill {
		if err := s.agent.again(); err != nil {
			return err
		}
	}
	if step.Kill || !step.Clock.IsZero() {
		s.wait(&s.book.acked, 1)
		s.book.sayTook(guest.Again)
	}
	if step.Again {
		for _, r := range s.open {
			push(r, s.book)
		}
		s.open = nil
	}
	switch step.Wait {
	case guest.Ticked:
		s.wait(&s.pms.ticks, 1)
	case guest.Told:
		s.wait(&s.pms.told, 1)
	}
	return nil
}

// set sets the clock. What a time service says is right for the PMS, too.
func (s *steps) set(to time.Time, synced bool) error {
	set := func() error { return setClock(to, synced) }
	if !synced {
		return set()
	}
	return s.pms.right.with(to, set)
}

// wait waits until there are so many more.
func (s *steps) wait(count interface{ Load() int64 }, more int) {
	enough := count.Load() + int64(more)
	until(func() bool { return count.Load() >= enough })
}

const (
	// cutMoment is long enough for the agent to have read a report that was cut
	// off, as a rule.
	cutMoment = 50 * time.Millisecond
	// surelyUnseen is shorter than any answer takes to count as taken.
	surelyUnseen = 3 * time.Millisecond
)

// cutOff pushes a report and cuts the connection off at once, so that no answer
// comes. What was sent can be read all the same. If an answer was there already,
// or to look for one and to cut took long, this system may have acknowledged it
// for so long that it counts as taken: then the report is a new event when it is
// pushed again.
func (s *steps) cutOff() error {
	r := guest.Report{Session: s.session, Line: guest.Lines, Number: s.cuts}
	s.cuts++
	s.open = append(s.open, r)
	request, err := http.NewRequest(http.MethodPost, "http://"+guest.PushTo, bytes.NewReader(r.Body()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	conn, err := net.Dial("tcp", guest.PushTo)
	if err != nil {
		return err
	}
	err = errors.Join(
		conn.(*net.TCPConn).SetLinger(0), // a reset, no end
		request.Write(conn),
	)
	began := time.Now()
	answered, looked := unread(conn)
	if err := errors.Join(err, looked, conn.Close()); err != nil {
		return err
	}
	if answered > 0 || time.Since(began) > surelyUnseen {
		s.book.sayOf(guest.Unsure, r)
	}
	time.Sleep(cutMoment)
	return nil
}

// unread is how many bytes have come that nobody has read.
func unread(conn net.Conn) (n int, err error) {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	asked := raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
	return n, errors.Join(asked, err)
}
