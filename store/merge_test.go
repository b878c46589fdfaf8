package store

import (
	"bytes"
	"fmt"
	"testing"

	"bellhop/hotel"
)

// Merge keys of later calls lie behind those of earlier ones, so that what is
// kept today touches today's pages alone, however many there are.
func TestMergeKeysRiseWithTime(t *testing.T) {
	var last []byte
	for n := range 60 {
		ev := hotel.Event{Kind: hotel.KindCDR, Serial: "A1", CallID: fmt.Sprint(7 * n % 60), CDR: &hotel.CDR{Start: fmt.Sprintf("2026-03-01 10:%02d:00", n)}}
		key := mergeKey(&ev)
		if bytes.Compare(key, last) <= 0 {
			t.Errorf("the key of minute %d is %x, behind it of the one before: %x", n, key, last)
		}
		last = key
	}
	cron := hotel.Event{Kind: hotel.KindCron, Name: "x", Fields: map[string]string{"due": "2026-03-01T11:00:00Z"}}
	if key := mergeKey(&cron); bytes.Compare(key, last) <= 0 {
		t.Errorf("the key of a schedule an hour later is %x", key)
	}
	for _, ev := range []hotel.Event{
		{Kind: hotel.KindCDR, CDR: &hotel.CDR{Start: "yesterday"}}, {Kind: hotel.KindCDR, CDR: &hotel.CDR{Start: "1900-01-01 00:00:00"}},
	} {
		if key := mergeKey(&ev); len(key) != len(last) || !bytes.HasPrefix(key, []byte{0, 0, 0, 0}) {
			t.Errorf("the key of a call that began %q is %x", ev.CDR.Start, key)
		}
	}
	if key := mergeKey(&hotel.Event{Kind: hotel.KindDTMF}); key != nil {
		t.Errorf("what is never merged has the key %x", key)
	}
}
