package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// with keeps an event together with a call.
func (b *bench) with(kind hotel.Kind, digits, body string) Receipt {
	b.t.Helper()
	ev := hotel.Event{Kind: kind, CallID: "c", Digits: digits, Lanes: []string{"101"}}
	if kind == hotel.KindCDR {
		ev.CDR = &hotel.CDR{From: "101", To: digits}
	}
	call := hotel.Relay(&ev, []byte(body), "http://old/")
	r, err := b.Append(b.t.Context(), ev, &Push{Body: []byte(body)}, call)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// wantCalls compares what waits, as "event:bytes".
func wantCalls(t *testing.T, b *bench, want ...string) {
	t.Helper()
	calls, err := b.Calls(ListWaiting, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	keys := map[string]bool{}
	for _, q := range calls {
		got = append(got, fmt.Sprintf("%d:%s", q.Event, q.Raw))
		keys[q.Key] = true
	}
	if strings.Join(got, " ") != strings.Join(want, " ") || len(keys) != len(want) {
		t.Errorf("queued %q under %d keys, want %q", got, len(keys), want)
	}
	wantCounted(t, b.Store)
}

// A call that goes with an event is queued once, whenever the power goes.
func TestCallsThatGoWithAnEvent(t *testing.T) {
	b := patientBench(t)
	b.with(hotel.KindDTMF, "1", "{ \"one\":\t1 }")
	b.with(hotel.KindDTMF, "1", "{ \"one\":\t1 }") // a copy
	b.with(hotel.KindDTMF, "2", "no \xff JSON")
	want := []string{"1:{ \"one\":\t1 }", "3:no \xff JSON"}
	wantCalls(t, b)
	cut := b.diskOf(nil) // acknowledged, and in the intake log alone
	wantCalls(t, cut, want...)
	cut.commitNow()
	wantCalls(t, cut.diskOf(nil), want...)
	if journal := readFile(t, cut.opts.Path+intakeSuffix); !strings.Contains(journal, `"calls"`) {
		t.Fatal("the intake log does not hold the calls")
	}
	b.failCommit()
	b.commitNow()
	wantCalls(t, b, want...)
	for _, s := range []*bench{b, cut} {
		ev, err := s.Event(1)
		if err != nil || ev.Digits != "1" {
			t.Errorf("%+v, %v", ev, err)
		}
		value := s.raw(bucketJournal, number(1))
		if len(value) == 0 || bytes.Contains(value, []byte(`"calls"`)) {
			t.Errorf("the journal holds the calls, too: %s", value)
		}
	}
}

// A call record that is known by its key already was pushed all the same.
func TestCallsGoWithARecordThatWasFetchedBefore(t *testing.T) {
	b := newBench(t, func(o *Options) { o.linger = time.Millisecond })
	cdr := hotel.Event{Kind: hotel.KindCDR, CallID: "c", CDR: &hotel.CDR{From: "101", To: "5"}}
	if _, err := b.Append(t.Context(), cdr, nil); err != nil {
		t.Fatal(err)
	}
	if r := b.with(hotel.KindCDR, "5", "{}"); r.DuplicateOf != 1 {
		t.Errorf("%+v", r)
	}
	b.commitNow()
	wantCalls(t, b, "2:{}")
}

// raw reads a pair as it lies in the file.
func (b *bench) raw(bucket, key []byte) (value []byte) {
	b.t.Helper()
	err := b.view(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket(bucket).Get(key))
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}
