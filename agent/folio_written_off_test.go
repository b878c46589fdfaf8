package agent

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pms"
)

// TestDecidedOnOtherDays: what is written off the next day is found for that day's
// sums, and in no list of its postings.
func TestDecidedOnOtherDays(t *testing.T) {
	far := newFarPMS()
	far.fail = func(pms.Message, int) error { return &pms.Retry{After: 48 * time.Hour, Err: errors.New("no answer")} }
	c := testConfig(t)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	a, err := New(Options{Config: c, Link: far, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	furnish(t, a)
	for range 2 {
		dial(t, a, "101", "778*1*1")
	}
	first := now().In(a.zone).Format(time.DateOnly)
	waiting, err := a.Calls("waiting", 10)
	if err != nil || len(waiting) != 2 {
		t.Fatal(waiting, err)
	}
	ahead.Store(int64(24 * time.Hour))
	next := now().In(a.zone).Format(time.DateOnly)
	second := waiting[1] // of one lane: it was never begun, so that it can be dropped
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandDrop, Fields: map[string]string{"call": strconv.FormatUint(second.ID, 10)}}); err != nil {
		t.Fatal(err)
	}
	find := func(q PostingQuery, want ...string) {
		t.Helper()
		all, err := a.FindPostings(q, 10)
		var ids []string
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		if err != nil || len(ids) != len(want) || len(ids) > 0 && ids[0] != want[0] {
			t.Errorf("%+v: %v, %v, want %v", q, ids, err, want)
		}
	}
	find(PostingQuery{From: first, To: first}, second.Subject, waiting[0].Subject)
	find(PostingQuery{From: next, To: next})
	find(PostingQuery{From: next, To: next, Decided: true}, second.Subject)
	find(PostingQuery{To: first, Decided: true}, second.Subject, waiting[0].Subject)
}
