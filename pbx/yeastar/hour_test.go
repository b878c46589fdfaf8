package yeastar

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/pbx/pbxtest"
	"bellhop/sim"
)

// hourSeed repeats one hour: go test ./pbx/yeastar -run TestHour -hour.seed 7.
var hourSeed = flag.Uint64("hour.seed", 0, "the seed of the simulated hours; 0: one that is fixed for each")

// TestHour lets an hour pass in a hotel whose PBX has every fault at random,
// and then does the books. All of it, the waiting too, is on a fake clock and
// follows from the seed, but for what happens at the very same moment: its
// order is the scheduler's, so that an hour repeats in the whole and not in
// each detail.
func TestHour(t *testing.T) {
	var sum hourSum
	t.Cleanup(func() {
		if *hourSeed == 0 && (sum.calls.Load() == 0 || sum.texts.Load() == 0 || sum.refused.Load() == 0) {
			t.Error("no call, no SMS or no refused login in all of the hours: they prove little")
		}
	})
	for _, w := range []struct {
		seed    uint64
		version Version
		tcp     bool
	}{{1, V2, false}, {3, V2, true}, {4, V1, false}, {5, V1, true}} {
		seed := w.seed
		if *hourSeed != 0 {
			seed = *hourSeed
		}
		t.Run(fmt.Sprintf("seed %d API %s tcp %v", seed, w.version, w.tcp), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHour(t, w.version, w.tcp, seed)
				h.pass()
				h.closeBooks(&sum)
			})
		})
	}
}

// hourSum is what has happened in all of the hours.
type hourSum struct{ calls, texts, refused atomic.Int64 }

const (
	hourRooms    = 20
	hourPassword = "right"
)

// hour is a hotel, its PBX and its driver, and what a book-keeper notes.
type hour struct {
	wired
	t       *testing.T
	tcp     bool
	driver  *Driver
	journal *pbxtest.Journal
	wire    *recorder
	books   books
	life    *rand.Rand // of what people do
	caller  *rand.Rand // of what the agent asks for
	begun   time.Time
	codes   int
	foreign map[string]map[string]string // settings that are not ours, by extension
	theirs  map[string]bool              // ids of alarms that are not ours
	orders  orders
	undo    []func() // what ends the troubles that are on
	stop    func()
	silent  atomic.Bool // the stream is half open
	changed bool        // somebody has changed the password
}

func newHour(t *testing.T, version Version, tcp bool, seed uint64) *hour {
	h := &hour{
		t: t, tcp: tcp, begun: time.Now(), journal: pbxtest.NewJournal(t, tcp),
		life: rand.New(rand.NewPCG(seed, 10)), caller: rand.New(rand.NewPCG(seed, 11)),
		foreign: map[string]map[string]string{}, theirs: map[string]bool{},
	}
	h.driver = h.connect(t, version, sim.PBXOptions{
		Password: hourPassword, Zone: time.FixedZone("", 8*3600), Extensions: hourRooms, TCP: tcp, Seed: seed,
	}, h.books.note)
	h.wire = &recorder{next: h.driver.Session.HTTP.Transport}
	h.driver.Session.HTTP.Transport = h.wire
	h.driver.Session.TriesFile = filepath.Join(t.TempDir(), "tries")
	limits := h.sim.Limits()
	limits.Slow, limits.ExtensionStatus = sim.Span(7*time.Second), true
	limits.WritePause = sim.Span(time.Second)
	h.must(h.sim.SetLimits(limits))
	for n := range hourRooms {
		room := strconv.Itoa(1001 + n)
		h.must(h.sim.SetExtension(sim.PBXExtension{
			Number: room, Settings: map[string]string{"selectoutroute": "Local"},
			Alarms: []sim.Alarm{{ID: strconv.Itoa(9000 + n), Time: "23:59", Type: "everyday", Repeats: "1"}},
		}))
		h.theirs[strconv.Itoa(9000+n)] = true
		x, _ := h.sim.Extension(room)
		h.foreign[room] = maps.Clone(x.Settings)
		for _, ours := range []string{"username", "selectoutroute", "dnd"} {
			delete(h.foreign[room], ours)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.must(h.driver.Run(ctx, h.journal.Keep))
	}()
	h.stop = func() {
		cancel()
		<-ended
	}
	return h
}

func (h *hour) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Errorf("%v", err)
	}
}

func (h *hour) room(dice *rand.Rand) string { return strconv.Itoa(1001 + dice.IntN(hourRooms)) }

// pass lets the hour pass, and what was on in it end.
func (h *hour) pass() {
	defer h.stop()
	pass(time.Minute)
	ordered := make(chan struct{})
	go func() {
		defer close(ordered)
		for time.Since(h.begun) < time.Hour {
			time.Sleep(time.Second + time.Duration(h.caller.IntN(20_000))*time.Millisecond)
			h.order()
		}
	}()
	for time.Since(h.begun) < time.Hour {
		time.Sleep(time.Duration(h.life.IntN(15_000)) * time.Millisecond)
		h.live()
	}
	for _, end := range slices.Backward(h.undo) {
		end()
	}
	<-ordered
	h.calm()
	pass(contractPatience)
	h.dial()
	pass(2 * time.Minute)
}
