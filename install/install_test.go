package install

import (
	"encoding/json"
	"errors"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestAnHour is what an installer does: plan, apply, apply again, look later,
// change, go back step by step.
func TestAnHour(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		start := b.far.tree()
		set := ourSet("exten = 777,1,Answer()\n")
		plan := b.plan(set)
		want := map[string]string{
			"extensions_support.conf": Changed, "roomstatus.wav": New, "cleaned.wav": New, "beep.wav": Changed, "room.wav": New,
		}
		if got := b.what(plan); !maps.Equal(got, want) || plan.Files[len(plan.Files)-1].Path != conf {
			t.Errorf("the plan: %v", got)
		}
		if diff := plan.Files[len(plan.Files)-1].Diff; !strings.Contains(diff, "\n+exten = 777,1,Answer()\n") || strings.Contains(diff, "\n-") {
			t.Errorf("the difference: %s", diff)
		}
		b.is(start, "after a plan")
		b.due(set, 5)

		r, err := b.inst.Apply(t.Context(), plan)
		if err != nil || r.Put != 5 || r.Sent == 0 || r.Run != "20261121T171410Z" {
			t.Fatalf("%+v, %v", r, err)
		}
		first := installed(start, set)
		b.is(first, "after apply")
		b.due(set, 0)

		plan = b.plan(set)
		if n := len(plan.Changes()); n != 0 {
			t.Errorf("the second plan has %d changes: %v", n, b.what(plan))
		}
		if r, err := b.inst.Apply(t.Context(), plan); err != nil || r.Sent != 0 || r.Run != "" {
			t.Errorf("the second apply: %+v, %v", r, err)
		}
		b.verified("", VerifyOptions{})
		b.verified("", VerifyOptions{Quick: true})

		next := ourSet("exten = 778,1,Answer()\n")
		next.Files = slices.DeleteFunc(next.Files, func(f File) bool { return path.Base(f.Path) == "room.wav" })
		b.due(next, 1)
		plan = b.plan(next)
		if changes := plan.Changes(); len(changes) != 1 || changes[0].Path != conf || !reflect.DeepEqual(plan.Unused, []string{set.Files[4].Path}) {
			t.Errorf("the third plan: %v, unused %v", b.what(plan), plan.Unused)
		}
		if _, err := b.inst.Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		b.is(installed(first, next), "after another apply")
		b.due(next, 0)
		b.due(set, 1) // the one that is not used any more is there still

		for n := range 2 {
			if n == 0 {
				b.mustRollBack(RollbackOptions{})
			} else if _, err := b.inst.PlanRollback(t.Context(), RollbackOptions{}); !errors.Is(err, ErrNothing) {
				t.Errorf("a second rollback: %v", err)
			}
			b.is(first, "after rollback")
		}
		b.verified("", VerifyOptions{})
		for range 2 {
			b.mustRollBack(RollbackOptions{To: r.Run})
			b.is(start, "after rollback to the first")
		}
		b.verified("", VerifyOptions{})
		if again := b.plan(set); len(again.Changes()) != 5 {
			t.Errorf("after all that, a plan: %v", b.what(again))
		}
	})
}

// due fails the test unless so many files are to be put anew, by the records.
func (b *bench) due(set Set, want int) {
	b.t.Helper()
	if due, err := b.inst.Due(set); err != nil || len(due) != want {
		b.t.Errorf("due are %q, %v; want %d", due, err, want)
	}
}

// verified fails the test unless the findings that are bad are those given.
func (b *bench) verified(want string, o VerifyOptions) []Finding {
	b.t.Helper()
	found, err := b.inst.Verify(b.t.Context(), o)
	if err != nil {
		b.t.Fatalf("verify: %v", err)
	}
	var got []string
	for _, f := range found {
		if f.What != Fine {
			got = append(got, path.Base(f.Path)+" "+f.What)
		}
	}
	if strings.Join(got, ", ") != want {
		b.t.Errorf("verify finds %q, want %q", got, want)
	}
	if (Bad(found) == nil) != (want == "" || !strings.Contains(strings.ReplaceAll(want, Foreign, ""), " c") && strings.Contains(want, Foreign)) {
		b.t.Errorf("bad are %v", Bad(found))
	}
	return found
}

// TestChangesByHand: what others change is found, named and not overwritten
// without a word.
func TestChangesByHand(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		start := b.far.tree()
		set := ourSet("exten = 777,1,Answer()\n")
		b.mustApply(set)
		hand := "[colleague]\nexten = 5,1,NoOp()\n" + b.far.tree()[conf]
		b.far.put(conf, hand)
		b.far.put(sounds+"cleaned.wav", "his own")
		b.far.put(sounds+"foreign.wav", "his own")
		b.far.remove(sounds + "roomstatus.wav")

		found := b.verified("extensions_support.conf changed, cleaned.wav changed, roomstatus.wav missing", VerifyOptions{})
		if diff := found[0].Diff; !strings.Contains(diff, "\n+[colleague]\n") {
			t.Errorf("the difference: %s", diff)
		}
		merges := VerifyOptions{Quick: true, Merges: map[string]func([]byte, bool) ([]byte, error){
			// What stands before our block stays, so that it is whole.
			conf: func(old []byte, _ bool) ([]byte, error) { return old, nil },
		}}
		b.verified("extensions_support.conf foreign, cleaned.wav changed, roomstatus.wav missing", merges)

		plan, err := b.inst.PlanRollback(t.Context(), RollbackOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"extensions_support.conf": Others, "cleaned.wav": Others, "roomstatus.wav": Same, "beep.wav": Changed, "room.wav": Remove,
		}
		if got := b.what(plan); !maps.Equal(got, want) || !strings.Contains(plan.Files[0].Diff, "\n+[colleague]\n") {
			t.Errorf("the plan of a rollback: %v, %s", got, plan.Files[0].Diff)
		}
		before := b.far.tree()
		if _, err := b.inst.Rollback(t.Context(), plan); !errors.Is(err, ErrOthers) || !strings.Contains(err.Error(), conf) {
			t.Errorf("a rollback over another's changes: %v", err)
		}
		b.is(before, "after a rollback that was refused")

		plan.Leave(sounds + "cleaned.wav")
		plan.Overwrite(conf)
		if _, err := b.inst.Rollback(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		start[sounds+"cleaned.wav"], start[sounds+"foreign.wav"] = "his own", "his own"
		b.is(start, "after rollback")
		runs, err := b.inst.Runs()
		if err != nil || len(runs) != 2 {
			t.Fatalf("%d runs, %v", len(runs), err)
		}
		kept, err := b.inst.records().kept(runs[1].Files[slices.IndexFunc(runs[1].Files, func(f RunFile) bool { return f.Path == conf })].Before)
		if err != nil || string(kept) != hand {
			t.Errorf("of the overwritten there is kept %q, %v", kept, err)
		}
	})
}

// TestRollbackTakesOurPartOut: where that is known, what others added stays.
func TestRollbackTakesOurPartOut(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		start := b.far.tree()
		b.mustApply(ourSet("exten = 777,1,Answer()\n"))
		b.far.put(conf, b.far.tree()[conf]+"[colleague]\n")
		b.mustRollBack(RollbackOptions{Without: func(name string, existing []byte) ([]byte, bool) {
			return []byte(without(string(existing))), name == conf
		}})
		start[conf] += "[colleague]\n"
		b.is(start, "after rollback")
	})
}

// TestOthersBetweenTwoApplies: what a colleague added between two applies, and
// the second took over, is no part of what a rollback of both takes back.
func TestOthersBetweenTwoApplies(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		first := b.mustApply(ourSet("one\n"))
		b.far.put(conf, "[colleague]\n"+b.far.tree()[conf])
		b.mustApply(ourSet("two\n"))
		plan, err := b.inst.PlanRollback(t.Context(), RollbackOptions{To: first.Run})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.what(plan)["extensions_support.conf"]; got != Others {
			t.Errorf("it is %s: %s", got, plan.Files[0].Diff)
		}
		if !strings.Contains(plan.Files[0].Diff, "\n-[colleague]\n") {
			t.Errorf("the difference: %s", plan.Files[0].Diff)
		}
	})
}

// TestPlanIsStale: somebody changes a file between plan and apply.
func TestPlanIsStale(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		for name, do := range map[string]func(){
			conf:                       func() { b.far.put(conf, "changed") },
			sounds + "beep.wav":        func() { b.far.put(sounds+"beep.wav", "loud") },
			sounds + "roomstatus.wav":  func() { b.far.put(sounds+"roomstatus.wav", "now there") },
			sounds + "beep.wav (gone)": func() { b.far.remove(sounds + "beep.wav") },
		} {
			plan := b.plan(ourSet("x\n"))
			do()
			before := b.far.tree()
			_, err := b.inst.Apply(t.Context(), plan)
			if !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), "nothing was changed") || !strings.Contains(err.Error(), strings.TrimSuffix(name, " (gone)")) {
				t.Errorf("%s: %v", name, err)
			}
			b.is(before, name)
			b.far.put(sounds+"beep.wav", "beep")
			if _, there := before[sounds+"roomstatus.wav"]; there {
				b.far.remove(sounds + "roomstatus.wav")
			}
		}
		if runs, err := b.inst.Runs(); err != nil || len(runs) != 0 {
			t.Errorf("%d runs, %v", len(runs), err)
		}
	})
}

// TestBlocked: what cannot be merged is part of the plan, and stops all of it.
func TestBlocked(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		b.far.put(conf, "; never merge\n")
		before := b.far.tree()
		plan := b.plan(ourSet("x\n"))
		if got := b.what(plan)["extensions_support.conf"]; got != Blocked {
			t.Errorf("it is %s", got)
		}
		_, err := b.inst.Apply(t.Context(), plan)
		if !errors.Is(err, ErrMerge) || !strings.Contains(err.Error(), "line 1 forbids it") {
			t.Errorf("%v", err)
		}
		b.is(before, "after that")
	})
}

// TestOrder: what others refer to is put before them, and taken away after
// them.
func TestOrder(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		var order []string
		b.inst.Progress = func(p Progress) {
			if p.Step != "look" {
				order = append(order, p.Step+" "+path.Base(p.Path))
			}
		}
		b.mustApply(ourSet("x\n"))
		want := []string{"put roomstatus.wav", "put cleaned.wav", "put beep.wav", "put room.wav", "put extensions_support.conf"}
		if !slices.Equal(order, want) {
			t.Errorf("applied: %q", order)
		}
		order = nil
		b.mustRollBack(RollbackOptions{})
		want = []string{"put extensions_support.conf", "remove roomstatus.wav", "remove cleaned.wav", "put beep.wav", "remove room.wav"}
		if !slices.Equal(order, want) {
			t.Errorf("rolled back: %q", order)
		}
	})
}

// TestChangedAtTheLastMoment: somebody changes the dialplan while the prompts
// are put.
func TestChangedAtTheLastMoment(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		b.inst.Progress = func(p Progress) {
			if p.Step == "put" && p.Path == conf {
				b.far.put(conf, "[colleague]\n")
			}
		}
		_, err := b.apply(ourSet("x\n"))
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%v", err)
		}
		if got := b.far.tree()[conf]; got != "[colleague]\n" {
			t.Errorf("it holds %q", got)
		}
	})
}

// TestPlanAsJSON: a plan is told with its differences and sums, and without
// what the files hold.
func TestPlanAsJSON(t *testing.T) {
	b := newBench(t, "file")
	text, err := json.Marshal(b.plan(ourSet("x\n")))
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Kind  string
		Files []map[string]any
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	last := told.Files[len(told.Files)-1]
	after := last["after"].(map[string]any)
	if told.Kind != "apply" || last["path"] != conf || last["what"] != Changed || !strings.Contains(last["diff"].(string), "\n+x\n") || len(after["sha256"].(string)) != 64 {
		t.Errorf("%s", text)
	}
	if len(text) > 3000 {
		t.Errorf("%d bytes", len(text))
	}
}
