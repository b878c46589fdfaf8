package pbxtest

import (
	"errors"
	"slices"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
)

func placesCalls(t *testing.T, h House) {
	id, err := able[pbx.Dialer](t, h).Dial(t.Context(), pbx.DialOrder{Caller: h.Phones[0], Callee: h.Phones[1]})
	if err != nil || id == "" {
		t.Errorf("call %q, %v", id, err)
	}
}

func playsPrompts(t *testing.T, h House) {
	d := able[pbx.PromptPlayer](t, h)
	_, err := d.PlayPrompt(t.Context(), pbx.PromptOrder{Number: h.Phones[0], Prompts: []string{"no-such-prompt"}})
	wantKind(t, "a recording that is not there", err, pbx.ErrMissing)
}

func keepsVoicemail(t *testing.T, h House) {
	d := able[pbx.VoicemailKeeper](t, h)
	for _, phone := range h.Phones {
		if all, err := d.ListVoicemail(t.Context(), phone); err != nil || len(all) != 0 {
			t.Fatalf("at the start: %+v, %v", all, err)
		}
		h.Far.LeaveVoicemail(phone)
		h.Far.LeaveVoicemail(phone)
	}
	all, err := d.ListVoicemail(t.Context(), h.Phones[:]...)
	if err != nil || len(all) != 4 {
		t.Fatalf("%+v, %v", all, err)
	}
	must(t, "delete", d.DeleteVoicemail(t.Context(), all[0]))
	must(t, "delete what is gone", d.DeleteVoicemail(t.Context(), all[0]))
	left, err := d.ListVoicemail(t.Context(), h.Phones[:]...)
	if err != nil || len(left) != 3 || slices.Contains(left, all[0]) {
		t.Errorf("after one was deleted: %+v, %v", left, err)
	}
	for range 2 { // an empty box is no error
		must(t, "clear", d.ClearVoicemail(t.Context(), h.Phones[0]))
	}
	if left, err = d.ListVoicemail(t.Context(), h.Phones[:]...); err != nil || len(left) != 2 || left[0].Extension != h.Phones[1] {
		t.Errorf("after a box was cleared: %+v, %v", left, err)
	}
}

// past lists the calls of a span.
func past(t *testing.T, d pbx.CallHistory, span pbx.Span, extensions ...string) (all []hotel.Event) {
	t.Helper()
	err := d.PastCalls(t.Context(), span, extensions, func(ev hotel.Event) error { all = append(all, ev); return nil })
	must(t, "past calls", err)
	return all
}

func knowsPastCalls(t *testing.T, h House) {
	d := able[pbx.CallHistory](t, h)
	long := pbx.Span{From: "2001-01-01 00:00:00", To: "2001-01-02 00:00:00"}
	want, span := h.Far.Telephone(h.Phones[0], h.Phones[1])
	if all := past(t, d, long); len(all) != 0 {
		t.Errorf("long ago there were %+v", all)
	}
	all := past(t, d, span)
	if len(all) != 1 || all[0].CDR == nil {
		t.Fatalf("%+v", all)
	}
	got := *all[0].CDR
	if got.From != want.From || got.To != want.To || got.Start != want.Start || got.Talk != want.Talk || got.Duration != want.Duration {
		t.Errorf("the record is %+v, want %+v", got, want)
	}
	if all[0].MergeKey() == "" || all[0].Kind != hotel.KindCDR || all[0].Serial == "" || all[0].CallID == "" {
		t.Errorf("the event is %+v", all[0])
	}
	if again := past(t, d, span, h.Phones[0]); len(again) != 1 || again[0].MergeKey() != all[0].MergeKey() {
		t.Errorf("asked for one extension: %+v", again)
	}
	if err := d.PastCalls(t.Context(), pbx.Span{From: "yesterday", To: span.To}, nil, nil); !errors.Is(err, pbx.ErrInvalid) {
		t.Errorf("a span that is none: %v", err)
	}
}

func endsListing(t *testing.T, h House) {
	d := able[pbx.CallHistory](t, h)
	_, span := h.Far.Telephone(h.Phones[0], h.Phones[1])
	h.Far.Telephone(h.Phones[1], h.Phones[0])
	enough, times := errors.New("enough"), 0
	err := d.PastCalls(t.Context(), span, nil, func(hotel.Event) error { times++; return enough })
	if !errors.Is(err, enough) || times != 1 {
		t.Errorf("told to end: %v after %d records", err, times)
	}
}

// comesThrough switches each trouble on in turn: what is asked then fails by a
// kind that one can go on by, or is done; afterwards all is well, if need be
// after a while.
func comesThrough(t *testing.T, h House) {
	kinds := []error{pbx.ErrRetry, pbx.ErrUncertain, pbx.ErrAuth, pbx.ErrUnsupported, pbx.ErrBusy}
	for _, trouble := range h.Troubles {
		h.Far.Trouble(trouble, true)
		h.Far.Restart() // so that a login is part of it
		for what, err := range attempts(t, h) {
			if err != nil && !slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) }) {
				t.Errorf("%s: %s: an error of no kind: %v", trouble, what, err)
			}
		}
		h.Far.Trouble(trouble, false)
		h.calm(t)
		for what, err := range attempts(t, h) {
			if err != nil && !errors.Is(err, pbx.ErrUnsupported) { // which is remembered
				t.Errorf("after %s: %s: %v", trouble, what, err)
			}
		}
	}
}

// attempts does something of everything.
func attempts(t *testing.T, h House) map[string]error {
	t.Helper()
	all := map[string]error{}
	_, all["identify"] = h.Driver.Identify(t.Context())
	if d, ok := h.Driver.(pbx.ExtensionLister); ok {
		_, all["list extensions"] = d.ListExtensions(t.Context())
	}
	if d, ok := h.Driver.(pbx.ExtensionSetter); ok {
		_, all["read"] = d.ReadExtensions(t.Context(), h.Phones[0])
		all["change"] = d.ChangeExtension(t.Context(), h.Phones[0], pbx.Change{DND: ptr(false)})
	}
	if d, ok := h.Driver.(pbx.AlarmKeeper); ok {
		_, all["list alarms"] = d.ListAlarms(t.Context(), h.Phones[0])
	}
	if d, ok := h.Driver.(pbx.CheckOuter); ok {
		all["check out"] = d.CheckOut(t.Context(), h.Phones[1])
	}
	if d, ok := h.Driver.(pbx.RouteLister); ok {
		_, all["list routes"] = d.ListRoutes(t.Context())
	}
	if d, ok := h.Driver.(pbx.VoicemailKeeper); ok {
		_, all["list voicemail"] = d.ListVoicemail(t.Context(), h.Phones[0])
	}
	if d, ok := h.Driver.(pbx.CallHistory); ok {
		span := pbx.Span{From: "2001-01-01 00:00:00", To: "2001-01-02 00:00:00"}
		all["past calls"] = d.PastCalls(t.Context(), span, nil, func(hotel.Event) error { return nil })
	}
	return all
}
