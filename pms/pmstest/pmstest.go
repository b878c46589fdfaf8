// Package pmstest holds the tests that every link to a PMS passes.
//
// A link's own test brings a far side that it can command, and calls [Run]:
//
//	func TestContract(t *testing.T) {
//		pmstest.Run(t, func(t *testing.T) (pms.Link, pmstest.Far) { … })
//	}
package pmstest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bellhop/pms"
)

// Manner is how a far side meets messages.
type Manner int

// The manners. A far side begins with Takes.
const (
	Takes   Manner = iota
	Refuses        // for good, with some words of its own
	Busy           // asks to be left alone for a while
	Loses          // takes the message, and its answer never arrives
	Hangs          // neither takes nor answers, until the link gives up
)

// Far is the other end of a link under test.
type Far interface {
	Meet(Manner)
	// Taken lists what was taken, copies included, in the order of arrival.
	Taken() []pms.Message
}

// Start makes a link and its far side, and ends both with the test.
type Start func(t *testing.T) (pms.Link, Far)

// Run tests one kind of link.
func Run(t *testing.T, start Start) {
	for name, test := range map[string]func(*testing.T, pms.Link, Far){
		"carries every field":         carries,
		"says what is refused":        refuses,
		"says what may come later":    busy,
		"repeats under the same key":  loses,
		"ends with its context":       ends,
		"sends nothing after the end": sendsNothing,
		"sends side by side":          sideBySide,
		"goes on after each failure":  goesOn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link, far := start(t)
			test(t, link, far)
		})
	}
}

// message is an example; equal numbers give equal messages.
func message(n int) pms.Message {
	return pms.Message{
		Key: fmt.Sprintf("bh-test-%d", n), Type: "posting", Event: uint64(1000 + n), CallID: "1576311280.555",
		Room: "1203", Time: time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC),
		Data: json.RawMessage(fmt.Sprintf(`{"amount":%d,"description":"Cola <0.3 l> & 花生"}`, 100*n)),
	}
}

func carries(t *testing.T, link pms.Link, far Far) {
	want := message(1)
	if _, err := link.Send(t.Context(), want); err != nil {
		t.Fatalf("send: %v", err)
	}
	taken := far.Taken()
	if len(taken) != 1 {
		t.Fatalf("taken %d times", len(taken))
	}
	got := taken[0]
	if !sameJSON(got.Data, want.Data) || !got.Time.Equal(want.Time) {
		t.Errorf("came as %+v", got)
	}
	got.Data, want.Data, got.Time, want.Time = nil, nil, time.Time{}, time.Time{}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("came as %+v, want %+v", got, want)
	}
}

// sameJSON compares two texts but for blanks and escapes.
func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	plainX, errX := json.Marshal(x)
	plainY, errY := json.Marshal(y)
	return errX == nil && errY == nil && bytes.Equal(plainX, plainY)
}

func refuses(t *testing.T, link pms.Link, far Far) {
	far.Meet(Refuses)
	_, err := link.Send(t.Context(), message(1))
	var refused *pms.Refused
	if !errors.As(err, &refused) || refused.Reason == "" {
		t.Errorf("refusal came as %v", err)
	}
	mustRetry(t, err, false)
}

func busy(t *testing.T, link pms.Link, far Far) {
	far.Meet(Busy)
	_, err := link.Send(t.Context(), message(1))
	mustRetry(t, err, true)
}

func mustRetry(t *testing.T, err error, want bool) {
	t.Helper()
	var retry *pms.Retry
	got := errors.As(err, &retry)
	if got != want {
		t.Errorf("may be tried again: %t, want %t: %v", got, want, err)
	}
	if got && (retry.Err == nil || retry.After < 0) {
		t.Errorf("incomplete: %+v", retry)
	}
}

func loses(t *testing.T, link pms.Link, far Far) {
	far.Meet(Loses)
	_, err := link.Send(t.Context(), message(1))
	mustRetry(t, err, true)
	far.Meet(Takes)
	if _, err := link.Send(t.Context(), message(1)); err != nil {
		t.Fatalf("send again: %v", err)
	}
	taken := far.Taken()
	if len(taken) < 2 {
		t.Fatalf("taken %d times", len(taken))
	}
	for _, m := range taken {
		if m.Key != message(1).Key {
			t.Errorf("came under key %q", m.Key)
		}
	}
}

func ends(t *testing.T, link pms.Link, far Far) {
	far.Meet(Hangs)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := link.Send(ctx, message(1))
	mustRetry(t, err, true)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
}

func sendsNothing(t *testing.T, link pms.Link, far Far) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := link.Send(ctx, message(1))
	mustRetry(t, err, true)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if n := len(far.Taken()); n != 0 {
		t.Errorf("taken %d times", n)
	}
}

func sideBySide(t *testing.T, link pms.Link, far Far) {
	const many = 64
	var sending sync.WaitGroup
	for n := range many {
		sending.Go(func() {
			if _, err := link.Send(t.Context(), message(n)); err != nil {
				t.Errorf("send %d: %v", n, err)
			}
		})
	}
	sending.Wait()
	keys := map[string]bool{}
	for _, m := range far.Taken() {
		keys[m.Key] = true
	}
	if len(keys) != many {
		t.Errorf("%d of %d arrived", len(keys), many)
	}
}

func goesOn(t *testing.T, link pms.Link, far Far) {
	for n, manner := range []Manner{Refuses, Busy, Loses} {
		far.Meet(manner)
		if _, err := link.Send(t.Context(), message(n)); err == nil {
			t.Errorf("manner %d: no error", manner)
		}
		far.Meet(Takes)
		if _, err := link.Send(t.Context(), message(100+n)); err != nil {
			t.Errorf("after manner %d: %v", manner, err)
		}
	}
}
