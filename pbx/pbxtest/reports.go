package pbxtest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
)

func keepsWhatIsTold(t *testing.T, h House) {
	l := h.run(t)
	l.dial(3)
	h.Far.Converse(h.Phones[0], h.Phones[1])
	pass(time.Minute)
	for range 2 { // equal reports, and each of them counts
		h.Far.Alter(h.Phones[1])
		pass(time.Minute)
	}
	l.wantAll(t)
	l.wantHonest(t)
	kept := l.kept()
	has := func(what string, fits func(hotel.Event) bool) {
		t.Helper()
		if !slices.ContainsFunc(kept, fits) {
			t.Errorf("%s was not kept: %+v", what, kept)
		}
	}
	has("who dialled", func(ev hotel.Event) bool {
		return ev.Digits == l.dialled[1] && ev.Extension == h.Phones[1] && ev.CallID != "" && ev.Serial != ""
	})
	has("the progress of the call", func(ev hotel.Event) bool { return ev.Kind == hotel.KindCall && len(ev.Members) == 2 })
	has("the record of the call", func(ev hotel.Event) bool {
		return ev.CDR != nil && ev.CDR.From == h.Phones[0] && ev.CDR.To == h.Phones[1] && ev.MergeKey() != ""
	})
	changes := 0
	for _, ev := range kept {
		if ev.Kind == hotel.KindUnknown || ev.Name == "" && ev.Kind != hotel.KindGap {
			t.Errorf("kept %+v", ev)
		}
		if ev.Kind == hotel.KindConfig {
			changes++
		}
		if ev.Room != "" || ev.Entry != nil || len(ev.Lanes) > 0 {
			t.Errorf("the driver fills what is the agent's: %+v", ev)
		}
	}
	if changes != 2 {
		t.Errorf("of two equal changes %d were kept", changes)
	}
	if s := h.Driver.State(); s.Listening == "" || s.Deaf+s.Error+s.Setup != "" || time.Since(s.LastPush) > 2*time.Minute || s.LastPush.IsZero() {
		t.Errorf("it says %+v", s)
	}
}

// keepsBeforeItAnswers lets nothing be kept for a while. What the PBX keeps
// until it is answered must still be owed then; what comes but once must be
// kept as soon as it can be.
func keepsBeforeItAnswers(t *testing.T, h House) {
	l := h.run(t)
	for range 3 {
		l.Fill(true)
		known := len(h.Far.Acknowledged())
		l.dial(4)
		pass(2 * time.Minute)
		if told := h.Far.Acknowledged(); !h.Once && len(told) != known {
			t.Errorf("acknowledged %q while nothing could be kept", told[known:])
		}
		l.Fill(false)
		pass(time.Minute)
		l.wantAll(t)
		l.wantHonest(t)
	}
}

// keepsTheOrder lets keeping take longer than any PBX has patience.
func keepsTheOrder(t *testing.T, h House) {
	l := h.run(t)
	for _, length := range []time.Duration{3 * time.Second, 45 * time.Second, 5 * time.Minute} {
		release := l.Hold()
		known := len(h.Far.Acknowledged())
		l.dial(3)
		pass(length)
		if told := h.Far.Acknowledged(); !h.Once && len(told) != known {
			t.Errorf("acknowledged %q before it was kept", told[known:])
		}
		release()
		pass(time.Minute)
		l.wantAll(t)
		l.wantHonest(t)
	}
}

func keepsNothingTwice(t *testing.T, h House) {
	l := h.run(t)
	for n := range 4 {
		h.Far.LoseAnswers(n)
		l.dial(3)
		pass(time.Minute)
	}
	l.Fill(true)
	h.Far.LoseAnswers(2)
	l.dial(2)
	l.Fill(false)
	pass(time.Minute)
	l.wantAll(t)
	l.wantHonest(t)
	kept := l.kept()
	for i := range kept {
		kept[i].Time = time.Time{}
		for _, other := range kept[:i] {
			if reflect.DeepEqual(other, kept[i]) {
				t.Errorf("kept twice: %+v", other)
			}
		}
	}
}

// tellsOfGaps breaks the line in both ways. Where the PBX keeps its reports
// nothing may be missing, and there is nothing to tell.
func tellsOfGaps(t *testing.T, h House) {
	l := h.run(t)
	l.dial(2)
	breaks := 1 // the start
	for _, away := range []time.Duration{10 * time.Second, 5 * time.Minute} {
		h.Far.Away(true)
		l.dial(1)
		pass(away)
		h.Far.Away(false)
		pass(h.Patience)
		l.dial(2)
		breaks++
	}
	h.Far.Restart()
	pass(h.Patience)
	l.dial(2)
	breaks++
	pass(time.Minute)
	l.wantHonest(t)
	if !h.Once {
		l.wantAll(t)
		if gaps := l.gaps(); len(gaps) != 0 {
			t.Errorf("gaps where the PBX sends again: %+v", gaps)
		}
		return
	}
	gaps := slices.DeleteFunc(l.gaps(), func(g hotel.Gap) bool { return g.Quiet })
	if len(gaps) != breaks {
		t.Errorf("%d breaks, and the gaps %+v", breaks, gaps)
	}
	l.wantCovered(t)
}

// wantCovered checks that each code was kept, or is missing between two
// others that have a gap between them.
func (l *live) wantCovered(t *testing.T) {
	t.Helper()
	kept := map[string]int{} // at which place
	gaps := []int{}
	for at, ev := range l.kept() {
		switch {
		case ev.Kind == hotel.KindGap:
			gaps = append(gaps, at)
			if g := ev.Gap(); g.To.IsZero() || g.To.Before(g.From) || g.Why == "" {
				t.Errorf("the gap %+v says nothing", g)
			}
		case ev.Digits != "":
			kept[ev.Digits] = at
		}
	}
	before := -1
	var missing []string
	for _, code := range l.dialled {
		at, there := kept[code]
		if !there {
			missing = append(missing, code)
			continue
		}
		told := slices.ContainsFunc(gaps, func(gap int) bool { return before < gap && gap < at })
		if len(missing) > 0 && !(l.House.Once && told) {
			t.Errorf("%q are missing, and no gap was told before %s", missing, code)
		}
		missing, before = nil, at
	}
	if len(missing) > 0 {
		t.Errorf("%q are missing at the end", missing)
	}
}

// endsWhen ends the driver while it does one thing or another. What it began
// must have ended with it: a bubble that is left with something that waits
// fails, and nothing may be kept any more.
func endsWhen(reach func(t *testing.T, l *live)) func(*testing.T, House) {
	return func(t *testing.T, h House) {
		l := h.run(t)
		reach(t, l)
		begun := time.Now()
		l.stop()
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("it took %s to end", took)
		}
		calls := l.calls
		h.Far.Away(false)
		l.dial(1)
		pass(5 * time.Minute)
		if l.calls != calls {
			t.Error("reports were taken after the end")
		}
	}
}

func listening(*testing.T, *live) {}

func keeping(t *testing.T, l *live) {
	release := l.Hold()
	l.dial(1)
	l.end()
	pass(time.Minute)
	select {
	case <-l.ended:
		t.Error("run returned while a report was being kept")
	default:
	}
	release()
}

func keepingFails(_ *testing.T, l *live) {
	l.Fill(true)
	l.dial(2)
}

func farAway(_ *testing.T, l *live) {
	l.Far.Away(true)
	pass(7 * time.Minute)
}

func saysWhyItIsDeaf(t *testing.T, h House) {
	l := h.run(t)
	well := func(what string) {
		t.Helper()
		if s := h.Driver.State(); s.Listening == "" || s.Deaf+s.Error+s.Setup != "" || s.Since.IsZero() {
			t.Errorf("%s: it says %+v", what, s)
		}
	}
	well("at the start")
	for _, trouble := range []struct {
		what    string
		on, off func()
	}{
		{"away", func() { h.Far.Away(true) }, func() { h.Far.Away(false) }},
		{"nothing can be kept", func() { l.Fill(true); l.dial(1) }, func() { l.Fill(false) }},
	} {
		trouble.on()
		pass(10 * time.Minute)
		s := h.Driver.State()
		if says := s.Deaf + s.Error + s.Setup; says == "" && (h.Once || trouble.what == "away") {
			t.Errorf("%s: it says %+v", trouble.what, s)
		}
		trouble.off()
		pass(h.Patience)
		well("after " + trouble.what)
	}
}

// takesReportsInTrouble switches each trouble on while reports come, and makes
// the driver log in under it.
func takesReportsInTrouble(t *testing.T, h House) {
	l := h.run(t)
	for _, trouble := range h.Troubles {
		h.Far.Trouble(trouble, true)
		h.Far.Restart()
		l.dial(1)
		h.Far.LoseAnswers(1)
		l.dial(2)
		pass(time.Minute)
		h.Far.Trouble(trouble, false)
		pass(h.Patience)
		l.dial(1)
		pass(time.Minute)
		l.wantHonest(t)
		l.wantCovered(t)
		if n := h.Far.Owed(); n != 0 {
			t.Errorf("after %s: %d reports are owed", trouble, n)
		}
		if t.Failed() {
			t.Fatalf("after %s", trouble)
		}
	}
}
