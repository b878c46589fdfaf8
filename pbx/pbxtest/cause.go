package pbxtest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// causesAReport: one comes, and the extension is what it was.
func causesAReport(t *testing.T, h House) {
	d := able[pbx.EventCauser](t, h)
	l := h.run(t)
	before := h.Far.Look(h.Phones[0])
	must(t, "cause a report", d.CauseEvent(t.Context(), h.Phones[0]))
	pass(time.Minute)
	if !slices.ContainsFunc(l.kept(), func(ev hotel.Event) bool { return ev.Kind == hotel.KindConfig }) {
		t.Errorf("none came: %+v", l.kept())
	}
	if after := h.Far.Look(h.Phones[0]); !maps.Equal(before, after) {
		t.Errorf("it is %q, and was %q", after, before)
	}
	wantKind(t, "of what is not there", d.CauseEvent(t.Context(), h.Absent), pbx.ErrMissing)
}
