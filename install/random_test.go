package install

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

var randomSeed = flag.Uint64("random.seed", 0, "play this hour alone")

// hour is one random sequence of what an installer and others do.
type hour struct {
	*bench
	dice    *rand.Rand
	foreign string            // what of the dialplan is not ours
	start   map[string]string // before all
	theirs  map[string]bool   // paths that others have changed
	log     []string
}

// TestRandomHours lets an installer and others do things in any order, with
// lines that break and people who give up. What is not ours never changes but by
// others, and after a rollback all is as it was at the start, but for what
// others changed.
func TestRandomHours(t *testing.T) {
	seeds := []uint64{1, 2, 3, 4, 5, 6, 45}
	if *randomSeed > 0 {
		seeds = []uint64{*randomSeed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			eachWay(t, func(t *testing.T, b *bench) {
				h := &hour{bench: b, dice: rand.New(rand.NewPCG(seed, 7)), theirs: map[string]bool{}}
				b.far.put(sounds+"vendor.wav", "vendor's")
				h.start = b.far.tree()
				h.foreign = h.start[conf]
				for range 12 {
					h.step()
				}
				h.end()
				if t.Failed() {
					t.Logf("what was done:\n%s", strings.Join(h.log, "\n"))
				}
			})
		})
	}
}

func (h *hour) note(format string, args ...any) { h.log = append(h.log, fmt.Sprintf(format, args...)) }

func (h *hour) step() {
	switch h.dice.IntN(8) {
	case 0, 1, 2:
		h.install()
	case 3:
		h.foreign = fmt.Sprintf("[theirs-%d]\n", h.dice.IntN(100)) + h.foreign
		h.note("others write into the dialplan")
		h.far.put(conf, strings.Replace(h.far.tree()[conf], without(h.far.tree()[conf]), h.foreign, 1))
		if !strings.HasPrefix(h.far.tree()[conf], h.foreign) {
			h.t.Fatalf("the test itself: %q", h.far.tree()[conf])
		}
	case 4:
		name := sounds + []string{"beep.wav", "cleaned.wav", "roomstatus.wav", "own.wav"}[h.dice.IntN(4)]
		h.note("others change %s", name)
		h.theirs[name] = true
		h.far.put(name, fmt.Sprint("theirs ", h.dice.IntN(100)))
	case 5:
		if _, there := h.far.tree()[sounds+"cleaned.wav"]; there {
			h.note("others remove cleaned.wav")
			h.theirs[sounds+"cleaned.wav"] = true
			h.far.remove(sounds + "cleaned.wav")
		}
	case 6:
		ctx, after := h.trouble()
		_ = h.rollBack(ctx, after, RollbackOptions{Without: outOfConf})
	case 7:
		if _, err := h.inst.Verify(h.t.Context(), VerifyOptions{Quick: h.dice.IntN(2) == 0}); err != nil {
			h.t.Errorf("verify: %v", err)
		}
	}
	h.holds()
}

func outOfConf(name string, existing []byte) ([]byte, bool) {
	return []byte(without(string(existing))), name == conf
}

// trouble arranges for something to go wrong, or for nothing. The context that
// it gives is the installer's patience.
func (h *hour) trouble() (context.Context, func()) {
	ctx, cancel := context.WithCancel(h.t.Context())
	after := func() {
		cancel()
		h.inst.Progress = nil
		h.inst.Pause = func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) }
		if h.pbx != nil {
			for _, f := range sim.FileFaults() {
				if err := h.pbx.SetFault(f, sim.Chance{}); err != nil {
					h.t.Fatal(err)
				}
			}
		}
	}
	switch n := h.dice.IntN(6); {
	case n == 0:
		files := h.dice.IntN(5)
		h.note("  given up after %d files", files)
		h.inst.Progress = func(p Progress) {
			if p.Step != "look" && p.Done >= files {
				cancel()
			}
		}
	case n < 4 && h.pbx != nil:
		faults := []sim.Fault{sim.FaultUploadCut, sim.FaultUploadShort, sim.FaultDiskFull, sim.FaultRenameOver, sim.FaultNoPosixRename, sim.FaultNoMLSD}
		f := faults[h.dice.IntN(len(faults))]
		chance := sim.Chance{Percent: 10 + h.dice.IntN(60)}
		away := h.dice.IntN(2) == 0
		h.note("  %s %+v, stays away: %t", f, chance, away)
		if err := h.pbx.SetFault(f, chance); err != nil {
			h.t.Fatal(err)
		}
		if away {
			h.inst.Pause = func(context.Context, time.Duration) error { return errors.New("it stays away") }
		}
	}
	return ctx, after
}

func (h *hour) install() {
	set := ourSet(fmt.Sprintf("exten = %d,1,Answer()\n", 700+h.dice.IntN(3)))
	set.Files[2].Data = wav(h.dice.IntN(2), 5000)
	if h.dice.IntN(3) == 0 {
		set.Files = set.Files[:3]
	}
	h.note("install %d files", len(set.Files))
	ctx, after := h.trouble()
	defer after()
	plan, err := h.inst.Plan(ctx, set)
	if err == nil {
		_, err = h.inst.Apply(ctx, plan)
	}
	h.note("  %v", err)
	if err != nil {
		return
	}
	for _, f := range set.Files {
		got, want := h.far.tree()[f.Path], string(f.Data)
		if f.Merge != nil {
			merged, _ := f.Merge([]byte(h.foreign), true)
			want = string(merged)
		}
		if got != want {
			h.t.Errorf("after an apply %s holds %.80q", f.Path, got)
		}
	}
	h.noneLeft()
}

func (h *hour) noneLeft() {
	for name := range h.far.tree() {
		if isOurs(name) {
			h.t.Errorf("%s is left", name)
		}
	}
}

func (h *hour) rollBack(ctx context.Context, after func(), o RollbackOptions) error {
	defer after()
	plan, err := h.inst.PlanRollback(ctx, o)
	if err == nil {
		for _, c := range plan.Files {
			if c.What == Others {
				plan.Leave(c.Path)
			}
		}
		_, err = h.inst.Rollback(ctx, plan)
	}
	h.note("roll back to %q: %v", o.To, err)
	return err
}

// holds is what must be so at any time.
func (h *hour) holds() {
	h.t.Helper()
	tree := h.far.tree()
	if got := without(tree[conf]); got != h.foreign {
		h.t.Errorf("of others' dialplan there is %q, want %q", got, h.foreign)
	}
	if tree[sounds+"vendor.wav"] != "vendor's" {
		h.t.Errorf("the vendor's prompt holds %q", tree[sounds+"vendor.wav"])
	}
}

// end takes everything back.
func (h *hour) end() {
	runs := h.runs()
	if len(runs) == 0 {
		return
	}
	if err := h.rollBack(h.t.Context(), func() {}, RollbackOptions{To: runs[0].ID, Without: outOfConf}); err != nil {
		h.t.Fatalf("the last rollback: %v", err)
	}
	h.noneLeft()
	want, got := maps.Clone(h.start), h.far.tree()
	want[conf] = h.foreign
	for name := range h.theirs { // what others changed may be theirs or as it was
		delete(want, name)
		delete(got, name)
	}
	if diff := treeDiff(want, got); diff != "" {
		h.t.Errorf("after all is taken back: %s", diff)
	}
	if own := sounds + "own.wav"; h.theirs[own] && !strings.HasPrefix(h.far.tree()[own], "theirs") {
		h.t.Errorf("their own prompt holds %q", h.far.tree()[own])
	}
	for _, r := range h.runs() {
		if !r.Undone && r.Kind == applied {
			h.t.Errorf("run %s is not marked as taken back", r.ID)
		}
	}
}
