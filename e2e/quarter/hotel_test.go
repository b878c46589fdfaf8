package quarter

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/sim"
)

const (
	pbxPassword = "right"
	// firstYear is when all runs happen. No program is built after it, so that
	// the clock is believed; the zone's rules are those of today.
	firstYear = 2031
)

// run is what a run is made of.
type run struct {
	name     string
	seed     uint64
	zone     string
	from     string // the first day, as 2031-03-26; it begins at noon
	days     int
	checkout string // the configuration's checkout.phones
	forwards bool   // calls that the agent places follow forwards, and reach voicemail
	wakeUps  string // the configuration's checkout.wakeups
	how      string // the configuration's wakeup.how
	reports  bool   // the PBX reports the calls of its alarms
	looks    bool   // who checks out is gone when the room has been looked through
	// voicemail: by VIP level; otherwise all keep what they have.
	voicemail bool
	tax       taxing
	masked    string // what telephones show of who is incognito; empty: their number
	sweep     bool   // by night a job may check out who should have left
	synced    bool   // NTP keeps the box's clock; otherwise the PBX vouches for it
	tamper    *tamper
}

// house is a hotel with all that is in it.
type house struct {
	t    *testing.T
	run  run
	zone *time.Location
	dice *rand.Rand // of people and nature
	disk string     // the folder of all folders of boxes

	pbx     *sim.PBX
	api     *sim.Cable
	pms     *pmsBook
	witness *witness
	model   *model
	story   *story

	mu           sync.Mutex
	box          *box // nil: it is off
	folders      int
	agentsDrinks []drink // as the agent is told of them
	stale        string  // a copy of the box's folder that is some minutes old; tampers only

	unplugged bool          // the network is away
	pmsSince  time.Time     // when the PMS was last taken away …
	pmsBack   time.Time     // … and was back again
	ahead     time.Duration // by how much the PBX's clock is
	off       []*span       // when the box had no power

	duties   duties
	arranged int
	count    map[string]int
	wrong    []string // what is not as it must be; the first ends the run
}

// newHouse makes a hotel on the eve of the run's first day.
func newHouse(t *testing.T, r run) *house {
	t.Helper()
	zone, err := time.LoadLocation(r.zone)
	if err != nil {
		t.Fatal(err)
	}
	day, err := time.Parse(time.DateOnly, r.from)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone)))
	h := &house{
		t: t, run: r, zone: zone, dice: rand.New(rand.NewPCG(r.seed, 1)), disk: diskOf(t),
		api: sim.NewCable(), pms: newPMSBook(), count: map[string]int{}, agentsDrinks: slices.Clone(drinks),
	}
	h.model, h.witness = newModel(h), newWitness(h)
	h.story = &story{lines: map[string][]string{}}
	h.build()
	h.switchOn(h.newFolder())
	h.furnish()
	return h
}

// diskOf is a folder in memory, where there is one: what a power cut leaves is
// copied from what the files show, so that waiting for a disk would prove nothing.
func diskOf(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "quarter-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// build puts up the PBX with a telephone in each room, some with two.
func (h *house) build() {
	h.t.Helper()
	p, err := sim.NewPBX(sim.PBXOptions{
		Password: pbxPassword, Zone: h.zone, Seed: h.run.seed, Dial: h.pushTo,
		Watch: h.witness.report, Witness: sim.Witness{Changes: h.witness.changes, Meets: h.witness.meets},
	})
	h.must(err)
	h.pbx = p
	h.must(p.SetRoutes([]sim.OutRoute{
		{ID: "1", Name: "International", Prefix: "00.", Trunk: "siptrunk"},
		{ID: "2", Name: "National", Prefix: "0Z.", Trunk: "siptrunk"},
		{ID: "6", Name: analogueRoute, Prefix: "7.", Trunk: analogue},
		{ID: "3", Name: "Local", Prefix: "Z.", Trunk: "siptrunk"},
		{ID: "4", Name: emergencyRoute, Prefix: "11X", Trunk: "siptrunk"},
		{ID: "5", Name: foreignRoute, Prefix: "99", Trunk: "lift"},
	}))
	for _, number := range h.model.numbers {
		for _, phone := range h.model.rooms[number].phones {
			h.must(p.SetExtension(sim.PBXExtension{
				Number:   phone,
				Settings: map[string]string{"username": houseName(number), "selectoutroute": emergencyRoute + "," + foreignRoute},
				Handset:  []sim.Handset{h.manner()},
			}))
		}
	}
	h.must(p.SetExtension(sim.PBXExtension{
		Number: deskPhone, Settings: map[string]string{"username": "Reception", "selectoutroute": emergencyRoute},
		Handset: []sim.Handset{{Does: sim.Answers, After: sim.Span(3 * time.Second), Keys: "1", Pause: sim.Span(4 * time.Second), Talk: sim.Span(20 * time.Second)}},
	}))
	for _, prompt := range strings.Fields("bh-wakeup-at bh-wakeup-none bh-0 bh-1 bh-2 bh-3 bh-4 bh-5 bh-6 bh-7 bh-8 bh-9") {
		p.AddPrompt(prompt)
	}
	limits := p.Limits()
	limits.Confirm, limits.CallersForward, limits.AlarmReports = confirmCode, h.run.forwards, h.run.reports
	h.must(p.SetLimits(limits))
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = p.Serve(ctx, h.api)
	}()
	h.t.Cleanup(func() {
		cancel()
		<-served
	})
}

// furnish tells the agent of the rooms and of what is in their minibars.
func (h *house) furnish() {
	h.t.Helper()
	lists := hotel.Import{}
	for _, d := range h.agentsDrinks {
		lists.Items = append(lists.Items, d.row())
	}
	h.must(h.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists}))
	lists = hotel.Import{}
	for _, number := range h.model.numbers {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: number, Extensions: h.model.rooms[number].phones})
	}
	h.must(h.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists}))
	h.must(h.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTariff, Tariff: tariffOf(h.agentsRates())}))
	// That nobody is in the house yet a person says: before, no job takes a room for vacant.
	h.must(h.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandOccupancy, FirstGuests: &hotel.FirstGuests{From: "here"}}))
	time.Sleep(time.Minute) // the PBX has answered, and its clock is known
}

// agentsRates are the tariff as the agent is told of it at first.
func (h *house) agentsRates() []rate {
	list := slices.Clone(rates)
	if h.run.tamper != nil && h.run.tamper.rates != nil {
		h.run.tamper.rates(list)
	}
	return list
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) now() time.Time { return time.Now().In(h.zone) }

// differs notes that something is not as it must be.
func (h *house) differs(room, format string, args ...any) {
	text := fmt.Sprintf("%s, room %s: ", h.now().Format(time.RFC3339), room) + fmt.Sprintf(format, args...)
	h.wrong = append(h.wrong, text)
}

// pass lets the days pass, until something is not as it must be.
func (h *house) pass() {
	end := h.now().AddDate(0, 0, h.run.days)
	h.everyDay(12, 0, h.inspectAll)
	h.everyDay(4, 30, h.afterSweep)
	h.everyDay(12, 5, func() { h.inspectMoney(false) })
	h.everyDay(10, 30, h.priceCalls)
	h.everyDay(22, 30, h.eveOfClocks)
	h.later(h.between(10*time.Minute, 40*time.Minute), h.lookIn)
	for _, l := range lives {
		h.schedule(l)
	}
	if h.run.days >= yearly {
		h.longOutages()
	}
	if h.run.tamper != nil {
		h.spoil()
	}
	for len(h.wrong) == 0 {
		d := h.duties[0]
		if d.at.After(end) {
			break
		}
		heap.Pop(&h.duties)
		if wait := time.Until(d.at); wait > 0 {
			time.Sleep(wait)
		}
		d.do()
	}
	if len(h.wrong) == 0 {
		h.calm()
		h.settleAll()
		h.inspectAll()
		h.inspectEnd()
	}
	if h.box != nil {
		h.box.end()
	}
}

// life is something that people or nature do now and then.
type life struct {
	name     string
	perDay   float64
	from, to int // hours of the day between which it happens
	do       func(*house)
}

func (h *house) keepsWakes() bool { return h.run.wakeUps == config.WakeUpsUntilDeparture }

// schedule arranges when a thing happens next; each time it is drawn anew.
func (h *house) schedule(l life) {
	at := h.now()
	for {
		hours := float64(l.to-l.from) / l.perDay
		at = at.Add(time.Duration(h.dice.ExpFloat64() * hours * float64(time.Hour)))
		if at.Hour() >= l.from && at.Hour() < l.to {
			break
		}
		at = time.Date(at.Year(), at.Month(), at.Day(), l.from, 0, 0, 0, h.zone)
		if !at.After(h.now()) {
			at = time.Date(at.Year(), at.Month(), at.Day()+1, l.from, 0, 0, 0, h.zone)
		}
	}
	h.at(at, func() {
		l.do(h)
		h.schedule(l)
	})
}

// everyDay does something each day at a local time.
func (h *house) everyDay(hour, minute int, do func()) {
	now := h.now()
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, h.zone)
	for !at.After(now) {
		at = time.Date(at.Year(), at.Month(), at.Day()+1, hour, minute, 0, 0, h.zone)
	}
	h.at(at, func() {
		do()
		h.everyDay(hour, minute, do)
	})
}

// at arranges something.
func (h *house) at(at time.Time, do func()) {
	h.arranged++
	heap.Push(&h.duties, duty{at, h.arranged, do})
}

func (h *house) later(wait time.Duration, do func()) { h.at(h.now().Add(wait), do) }

// insist does something now, and again every other minute until it is done: so
// do people whose computer is off.
func (h *house) insist(do func() (done bool)) {
	if !do() {
		h.later(2*time.Minute, func() { h.insist(do) })
	}
}

// duties are what is still to be done, the earliest first.
type duties []duty

type duty struct {
	at     time.Time
	number int
	do     func()
}

func (d duties) Len() int { return len(d) }
func (d duties) Less(i, j int) bool {
	if !d[i].at.Equal(d[j].at) {
		return d[i].at.Before(d[j].at)
	}
	return d[i].number < d[j].number
}
func (d duties) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *duties) Push(x any)   { *d = append(*d, x.(duty)) }
func (d *duties) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

// between draws a time.
func (h *house) between(least, most time.Duration) time.Duration {
	return least + time.Duration(h.dice.Int64N(int64(most-least)))
}

// chance is true in so many cases of a hundred.
func (h *house) chance(percent int) bool { return h.dice.IntN(100) < percent }

// pick draws one of a list, which must not be empty.
func pick[T any](h *house, list []T) T { return list[h.dice.IntN(len(list))] }

// choose draws a room of those that fit; nil if none does.
func (h *house) choose(fits func(*room) bool) *room {
	var list []*room
	for _, number := range h.model.numbers {
		if r := h.model.rooms[number]; fits(r) && !r.spoken {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return pick(h, list)
}
