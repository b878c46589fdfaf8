package install

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

// TestEachFault switches on every fault that the simulated PBX's files have,
// once, and later always. Whatever happens, each file holds what it held or what
// it is to hold, an apply without the fault mends it, and a rollback leaves
// what stood there.
func TestEachFault(t *testing.T) {
	for _, fault := range sim.FileFaults() {
		t.Run(string(fault), func(t *testing.T) {
			eachServer(t, func(t *testing.T, b *bench) {
				limits := b.pbx.Limits()
				limits.Slow = sim.Span(time.Millisecond)
				if err := b.pbx.SetLimits(limits); err != nil {
					t.Fatal(err)
				}
				start, set := b.far.tree(), ourSet("exten = 777,1,Answer()\n")
				for _, chance := range []sim.Chance{{Next: 1}, {Percent: 50}, {Percent: 100}} {
					if err := b.pbx.SetFault(fault, chance); err != nil {
						t.Fatal(err)
					}
					plan, err := b.inst.Plan(t.Context(), set)
					if err == nil {
						_, err = b.inst.Apply(t.Context(), plan)
					}
					if harmless := b.halves(start, set); harmless != "" && fault != sim.FaultFileChanged {
						t.Errorf("%+v, %v: %s", chance, err, harmless)
					}
					if err != nil && !isKnown(err) {
						t.Errorf("%+v: an error of no kind: %v", chance, err)
					}
				}
				if err := b.pbx.SetFault(fault, sim.Chance{}); err != nil {
					t.Fatal(err)
				}
				if fault == sim.FaultFileChanged {
					return // the tree is somebody else's now
				}
				b.mustApply(set)
				b.is(installed(start, set), "after an apply without the fault")
				b.verified("", VerifyOptions{})
				for range 2 { // the second finds nothing to do
					plan, err := b.inst.PlanRollback(t.Context(), RollbackOptions{To: b.firstRun()})
					if err != nil {
						t.Fatal(err)
					}
					if _, err := b.inst.Rollback(t.Context(), plan); err != nil {
						t.Fatal(err)
					}
				}
				b.is(start, "after rollback")
			})
		})
	}
}

func (b *bench) runs() []*Run {
	b.t.Helper()
	runs, err := b.inst.Runs()
	if err != nil {
		b.t.Fatal(err)
	}
	return runs
}

func (b *bench) firstRun() string { return b.runs()[0].ID }

// halves tells which files hold neither what they held nor what they are to
// hold; temporary ones of ours do not count.
func (b *bench) halves(start map[string]string, set Set) string {
	want, got := installed(start, set), b.far.tree()
	var faults []string
	for name, text := range got {
		if isOurs(name) || strings.HasSuffix(name, "/") {
			continue
		}
		old, was := start[name]
		if text != want[name] && (!was || text != old) {
			faults = append(faults, name+" holds neither old nor new")
		}
	}
	for name := range start {
		if _, there := got[name]; !there {
			faults = append(faults, name+" is missing")
		}
	}
	return strings.Join(faults, "; ")
}

func isKnown(err error) bool {
	for kind := range maps.Keys(advice) {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// TestFaultsAreNamed: each trouble that ends an apply has its kind, and says
// what to do.
func TestFaultsAreNamed(t *testing.T) {
	for _, c := range []struct {
		fault  sim.Fault
		chance sim.Chance
		want   error // nil: the apply gets through
		says   string
	}{
		{sim.FaultUploadCut, sim.Chance{Next: 2}, nil, ""},
		{sim.FaultUploadCut, sim.Chance{Percent: 100}, ErrLost, "run \"bellhop install apply\" to go on"},
		{sim.FaultUploadShort, sim.Chance{Next: 2}, nil, ""},
		{sim.FaultUploadShort, sim.Chance{Percent: 100}, ErrReadBack, "70000 bytes were sent, and 35000 are there"},
		{sim.FaultDiskFull, sim.Chance{Percent: 100}, ErrFull, "make room on the PBX's disk"},
		{sim.FaultDenied, sim.Chance{Percent: 100}, ErrDenied, "permission"},
		{sim.FaultRenameOver, sim.Chance{Percent: 100}, nil, ""},
		{sim.FaultFileLocked, sim.Chance{Percent: 100}, ErrReach, "not locked"},
		{sim.FaultFileSlow, sim.Chance{Percent: 100}, nil, ""},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			eachServer(t, func(t *testing.T, b *bench) {
				limits := b.pbx.Limits()
				limits.Slow = sim.Span(time.Millisecond)
				if err := b.pbx.SetLimits(limits); err != nil {
					t.Fatal(err)
				}
				set := ourSet("x\n")
				set.Files = set.Files[:3]
				set.Files[1], set.Files[2] = set.Files[2], set.Files[1]
				plan := b.plan(set)
				start := b.far.tree()
				if err := b.pbx.SetFault(c.fault, c.chance); err != nil {
					t.Fatal(err)
				}
				_, err := b.inst.Apply(t.Context(), plan)
				if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v, want %v that says %q", err, c.want, c.says)
				}
				if c.want == nil {
					b.is(installed(start, set), "after apply")
				} else if faults := b.halves(start, set); faults != "" {
					t.Error(faults)
				}
			})
		})
	}
}

// TestFullDiskTouchesNothing: neither is another way tried when there is no
// room, nor does anything stay that takes room.
func TestFullDiskTouchesNothing(t *testing.T) {
	eachServer(t, func(t *testing.T, b *bench) {
		used := 0
		for _, text := range b.far.tree() {
			used += len(text)
		}
		b.far.put("/support/big", strings.Repeat("x", 4<<20-used-100_000))
		start := b.far.tree()
		set := ourSet("x\n")
		set.Files[2].Data = wav(1, 90_000)
		set.Files = set.Files[:3]
		_, err := b.apply(set)
		if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "make room") {
			t.Errorf("%v", err)
		}
		for name := range b.far.tree() {
			if isOurs(name) {
				t.Errorf("%s is left", name)
			}
		}
		if faults := b.halves(start, set); faults != "" {
			t.Error(faults)
		}
	})
}

// TestLoginIsTriedOnce: a refusal is an error of its own kind, and the server
// sees one wrong password and no more.
func TestLoginIsTriedOnce(t *testing.T) {
	eachServer(t, func(t *testing.T, b *bench) {
		b.inst.Server.Password = "not this"
		for n := range 2 {
			_, err := b.inst.Plan(t.Context(), ourSet("x\n"))
			if !errors.Is(err, ErrLogin) || strings.Contains(err.Error(), "not this") || !strings.Contains(err.Error(), "lock this box's address out") {
				t.Errorf("%v", err)
			}
			if s := b.pbx.Stats(); s.FilesRefused != n+1 {
				t.Errorf("the server has refused %d logins", s.FilesRefused)
			}
		}
	})
}

// TestLoginIsNotTriedAgainAfterADrop: the password was changed while a
// connection was up.
func TestLoginIsNotTriedAgainAfterADrop(t *testing.T) {
	eachServer(t, func(t *testing.T, b *bench) {
		l := b.inst.line()
		if err := l.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer l.close()
		l.server.Password = "changed"
		b.pbx.SetDown(true)
		b.pbx.SetDown(false)
		err := l.again(t.Context(), func() error { _, err := l.fetch(t.Context(), conf); return err })
		if !errors.Is(err, ErrLogin) {
			t.Errorf("%v", err)
		}
		if s := b.pbx.Stats(); s.FilesRefused != 1 {
			t.Errorf("the server has refused %d logins", s.FilesRefused)
		}
	})
}

// TestAnotherHostKey: nothing is sent to a server that shows another key.
func TestAnotherHostKey(t *testing.T) {
	b := newBench(t, "sftp")
	b.strike(sim.FaultHostKey, 1)
	b.pbx.Restart()
	_, err := b.inst.Plan(t.Context(), ourSet("x\n"))
	if !errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), b.pbx.HostKeys()[0].Fingerprint) || !strings.Contains(err.Error(), "bellhop trust install") {
		t.Errorf("%v", err)
	}
	if s := b.pbx.Stats(); s.FileLogins+s.FilesRefused != 0 {
		t.Errorf("a login was tried: %+v", s)
	}
	b.inst.Server.Pin = ""
	if _, err := b.inst.Plan(t.Context(), ourSet("x\n")); !errors.Is(err, ErrUntrusted) {
		t.Errorf("without a pin: %v", err)
	}
}

// TestCancelled: the end of the context, after any number of files, leaves
// whole files, and the next apply finishes.
func TestCancelled(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		start, set := b.far.tree(), ourSet("x\n")
		for stop := range len(set.Files) {
			ctx, cancel := context.WithCancel(t.Context())
			plan := b.plan(set)
			b.inst.Progress = func(p Progress) {
				if p.Step == "put" && p.Done >= min(stop, p.Total-1) {
					cancel()
				}
			}
			_, err := b.inst.Apply(ctx, plan)
			b.inst.Progress = nil
			cancel()
			var u *Unfinished
			if len(plan.Changes()) > 0 && (!errors.Is(err, context.Canceled) || !errors.As(err, &u)) {
				t.Errorf("stopped at %d: %v", stop, err)
			}
			if faults := b.halves(start, set); faults != "" {
				t.Errorf("stopped at %d: %s", stop, faults)
			}
		}
		b.mustApply(set)
		b.is(installed(start, set), "after an apply that was not stopped")
		b.mustRollBack(RollbackOptions{})
		b.is(start, "after rollback")
	})
}

// TestLeftovers: temporary files of a run that was cut off are found by
// verify and removed by the next apply, and nobody else's are.
func TestLeftovers(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		set := ourSet("x\n")
		b.mustApply(set)
		want := b.far.tree()
		b.far.put(conf+newEnding, "half")
		b.far.put(sounds+"gone.wav"+newEnding, "half")
		b.far.put(sounds+"cleaned.wav"+asideEnding, "older")
		b.far.put(sounds+"his.new", "his")
		want[sounds+"his.new"] = "his"
		b.verified("extensions_support.conf.bellhop-new leftover, cleaned.wav.bellhop-old leftover, gone.wav.bellhop-new leftover", VerifyOptions{})
		if r := b.mustApply(set); r.Sent != 0 || r.Run != "" || len(b.runs()) != 1 {
			t.Errorf("%+v, %d runs", r, len(b.runs()))
		}
		b.is(want, "after apply")
	})
}

// TestAsideIsPutBack: a crash between the two renames of a swap.
func TestAsideIsPutBack(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		start, set := b.far.tree(), ourSet("x\n")
		b.far.put(conf+asideEnding, start[conf])
		b.far.put(conf+newEnding, "new")
		b.far.remove(conf)
		plan := b.plan(set)
		if c := plan.Files[len(plan.Files)-1]; c.Before != stateOf([]byte(start[conf])) {
			t.Errorf("the plan sees %+v", c.Before)
		}
		if _, err := b.inst.Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		b.is(installed(start, set), "after apply")
		b.mustRollBack(RollbackOptions{})
		b.is(start, "after rollback")
	})
}

// TestOneAtATime: two applies on one box.
func TestOneAtATime(t *testing.T) {
	b := newBench(t, "file")
	unlock, err := b.inst.records().lock()
	if err != nil {
		t.Fatal(err)
	}
	plan := b.plan(ourSet("x\n"))
	if _, err := b.inst.Apply(t.Context(), plan); !errors.Is(err, ErrTaken) {
		t.Errorf("%v", err)
	}
	unlock()
	if _, err := b.inst.Apply(t.Context(), plan); err != nil {
		t.Error(err)
	}
}

// TestNoPlainFile: what is no file is neither read nor replaced.
func TestNoPlainFile(t *testing.T) {
	eachWay(t, func(t *testing.T, b *bench) {
		b.far.put(sounds+"cleaned.wav/inside", "x")
		plan := b.plan(ourSet("x\n"))
		err := plan.Blocked()
		if !errors.Is(err, ErrNoFile) || !strings.Contains(err.Error(), "it is a folder") || b.what(plan)["cleaned.wav"] != Blocked {
			t.Errorf("%v, %v", err, b.what(plan))
		}
		if _, err := b.inst.Apply(t.Context(), plan); !errors.Is(err, ErrNoFile) {
			t.Errorf("%v", err)
		}
	})
}
