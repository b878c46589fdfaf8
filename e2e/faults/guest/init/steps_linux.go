package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"time"

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

// cutMoment is long enough for the agent to have read a report, and too short
// for its answer, as a rule.
const cutMoment = 5 * time.Millisecond

// cutOff pushes a report and cuts the connection off, so that no answer comes.
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
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil { // a reset, no end
		return err
	}
	if err := request.Write(conn); err != nil {
		return err
	}
	time.Sleep(cutMoment)
	return nil
}
