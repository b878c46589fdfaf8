package quarter

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/pms"
	"bellhop/sim"
)

// tamper is a way to spoil a run, as an error in the program would: the verdict
// must find it.
type tamper struct {
	name    string
	driver  func(*yeastar.Driver) pbx.Driver // nil: it is left as it is
	lives   []life                           // that nobody tells the model of
	zone    string                           // in which the agent believes to be
	forgets bool                             // the link to the PMS drops messages
	link    func(pms.Link) pms.Link          // nil: it is left as it is
	rates   func([]rate)                     // the agent's
	config  func(*house, *config.Config)     // the agent's
	stale   bool                             // what a power cut leaves is some minutes old
	find    []string                         // one of what the verdict must say
}

var tampers = []tamper{
	{
		name: "a check-out leaves forwards", find: []string{"of the vacant room has"},
		driver: func(d *yeastar.Driver) pbx.Driver {
			return &changing{d, func(c *pbx.Change) { c.Always, c.NoAnswer, c.Busy = nil, nil, nil }}
		},
	},
	{
		name: "a class without the route for emergency calls", find: []string{"has lost the route for emergency calls"},
		driver: func(d *yeastar.Driver) pbx.Driver {
			return &changing{d, func(c *pbx.Change) {
				if c.Routes != nil && len(*c.Routes) == 4 {
					routes := slices.DeleteFunc(slices.Clone(*c.Routes), func(name string) bool { return name == emergencyRoute })
					c.Routes = &routes
				}
			}}
		},
	},
	{
		name: "a power cut loses an order", find: []string{"the stays are", "(not known)"}, stale: true,
		lives: []life{{"power", 12, 0, 24, (*house).power}},
	},
	{
		name: "a job checks a guest out", find: []string{"the stays are"},
		lives: []life{{"sweep", 2, 0, 6, func(h *house) {
			if r := h.choose(occupied); r != nil {
				_ = h.order(hotel.Event{Kind: hotel.KindCheckOut, Room: r.number})
			}
		}}},
	},
	{
		name: "wake-ups do not go with the clocks", find: []string{"instead of", "has no alarm for", "an alarm of no order", "was not told bh-wakeup"}, zone: "Africa/Algiers", // as Rome, without summer time
	},
	{
		name: "a key is not waited for", find: []string{"woken at", "said to be", "a key was pressed"},
		driver: func(d *yeastar.Driver) pbx.Driver { return &elsewhere{d} },
	},
	{
		name: "an alarm of the PBX is not taken away", find: []string{"an alarm of no order", "and the PBX's alarm rang", "two alarms"},
		driver: func(d *yeastar.Driver) pbx.Driver { return &alarmless{Driver: d, deletes: true} },
	},
	{
		name: "an alarm of the PBX is not set", find: []string{"has no alarm for"},
		driver: func(d *yeastar.Driver) pbx.Driver { return &alarmless{Driver: d} },
	},
	{
		name: "a guest who is incognito is shown", find: []string{"who is incognito"},
		driver: func(d *yeastar.Driver) pbx.Driver {
			return &changing{d, func(c *pbx.Change) {
				if c.Name != nil && strings.Trim(*c.Name, "0123456789") == "" {
					name := incognitoName
					c.Name = &name
				}
			}}
		},
	},
	{
		name: "voicemail is not set", find: []string{"has voicemail"},
		driver: func(d *yeastar.Driver) pbx.Driver {
			return &changing{d, func(c *pbx.Change) { c.Voicemail = nil }}
		},
	},
	{
		name: "the PMS is not told of everything", find: []string{"the PMS knows it as"}, forgets: true,
	},
	{
		name: "the PMS is told of a posting twice", find: []string{"under two keys"},
		link: func(l pms.Link) pms.Link { return &repeating{Link: l} },
	},
	{
		name: "postings do not reach the PMS", find: []string{"which has not heard of it"},
		link: func(l pms.Link) pms.Link { return &deaf{Link: l} },
	},
	{
		name: "the PMS is told another amount", find: []string{"the PMS was told {"},
		link: func(l pms.Link) pms.Link { return &dearer{Link: l} },
	},
	{
		name: "calls cost a cent more", find: []string{"and costs one of"},
		rates: func(list []rate) { list[0].connect += 100 },
	},
	{
		name: "an interval too many", find: []string{"and costs one of"},
		rates: func(list []rate) {
			for i := range list {
				list[i].tick = max(1, list[i].tick-1)
			}
		},
	},
	{
		name: "something of a minibar costs a cent more", find: []string{"Water cost"},
		config: func(h *house, _ *config.Config) { h.agentsDrinks[0].cents++ },
	},
	{
		name: "another tax", find: []string{"cost", "costs one of"},
		config: func(_ *house, c *config.Config) { c.Tax.Prices, c.Tax.Call, c.Tax.Minibar = config.PricesNet, 1, 1 },
	},
	{
		name: "grace is not granted", find: []string{"[grace]", "costs one of"},
		config: func(_ *house, c *config.Config) { c.Tariff.Grace = nil },
		lives: []life{{"call", 60, 8, 22, func(h *house) {
			if r := h.choose(func(r *room) bool { return present(r) && len(r.routes()) > 2 }); r != nil {
				number := fmt.Sprintf("7%07d", h.dice.IntN(10_000_000))
				h.must(h.pbx.SetOutside(number, sim.Handset{Does: sim.Answers, Talk: sim.Span(19 * time.Second)}))
				_, _ = h.pbx.Dial(r.phones[0], number)
			}
		}}},
	},
	{
		name: "records of calls get lost", find: []string{"nobody was charged for the call", "records of the call"},
		driver: func(d *yeastar.Driver) pbx.Driver { return &losing{d} },
	},
	{
		name: "late entries fall on the newcomer", find: []string{"unasked"},
		config: func(_ *house, c *config.Config) { c.Minibar.Doubt = "0s" },
	},
	{
		name: "the desk is asked about what is clear", find: []string{"and the desk is asked about"},
		config: func(_ *house, c *config.Config) { c.Minibar.Doubt = "20h" },
	},
	{
		name: "somebody takes charges back, and says nothing", find: []string{"nobody knows why event", "takes back"},
		lives: []life{{"correct", 20, 8, 22, func(h *house) {
			if p := h.somePosting(func(hotel.Posting) bool { return true }); p != nil {
				_ = h.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandCorrect, Fields: map[string]string{"posting": p.ID}})
			}
		}}},
	},
}

// spoil begins what is not life.
func (h *house) spoil() {
	for _, l := range h.run.tamper.lives {
		h.schedule(l)
	}
	if h.run.tamper.stale {
		h.keepStale()
	}
}

func (h *house) keepStale() {
	if h.box != nil {
		synctest.Wait()
		h.stale = h.newFolder()
		copyFiles(h.t, h.box.folder, h.stale)
	}
	h.later(20*time.Minute, h.keepStale)
}

// changing alters what the agent tells the PBX.
type changing struct {
	*yeastar.Driver
	alter func(*pbx.Change)
}

func (c *changing) ChangeExtension(ctx context.Context, extension string, change pbx.Change) error {
	c.alter(&change)
	if change == (pbx.Change{}) {
		return nil
	}
	return c.Driver.ChangeExtension(ctx, extension, change)
}

// elsewhere connects a room that is woken to a telephone that asks for nothing.
type elsewhere struct{ *yeastar.Driver }

func (e *elsewhere) Dial(ctx context.Context, order pbx.DialOrder) (string, error) {
	order.Callee = deskPhone
	return e.Driver.Dial(ctx, order)
}

// alarmless does not tell the PBX of alarms, and says that it has: of those that
// are to go, or of those that are to be set.
type alarmless struct {
	*yeastar.Driver
	deletes bool
}

func (a *alarmless) DeleteAlarms(ctx context.Context, extension string, ids ...string) error {
	if a.deletes {
		return nil
	}
	return a.Driver.DeleteAlarms(ctx, extension, ids...)
}

func (a *alarmless) CreateAlarm(ctx context.Context, extension string, spec pbx.AlarmSpec) (string, error) {
	if !a.deletes {
		return "1000000", nil
	}
	return a.Driver.CreateAlarm(ctx, extension, spec)
}

// forgetful is a link to the PMS that drops every tenth message.
type forgetful struct {
	pms.Link
	sent atomic.Int64
}

func (f *forgetful) Send(ctx context.Context, m pms.Message) ([]byte, error) {
	if f.sent.Add(1)%10 == 0 {
		return nil, nil
	}
	return f.Link.Send(ctx, m)
}

// linkOf is the link to the PMS.
func (h *house) linkOf() pms.Link {
	switch bad := h.run.tamper; {
	case bad != nil && bad.forgets:
		return &forgetful{Link: h.pms}
	case bad != nil && bad.link != nil:
		return bad.link(h.pms)
	}
	return h.pms
}

// repeating is a link that tells of every tenth posting twice, by another key.
type repeating struct {
	pms.Link
	sent atomic.Int64
}

func (r *repeating) Send(ctx context.Context, m pms.Message) ([]byte, error) {
	if m.Type == "posting" && r.sent.Add(1)%10 == 0 {
		again := m
		again.Key += "-again"
		_, _ = r.Link.Send(ctx, again)
	}
	return r.Link.Send(ctx, m)
}

// deaf is a link that drops every tenth posting.
type deaf struct {
	pms.Link
	sent atomic.Int64
}

func (d *deaf) Send(ctx context.Context, m pms.Message) ([]byte, error) {
	if m.Type == "posting" && d.sent.Add(1)%10 == 0 {
		return nil, nil
	}
	return d.Link.Send(ctx, m)
}

// dearer is a link that tells of a cent more.
type dearer struct{ pms.Link }

func (d *dearer) Send(ctx context.Context, m pms.Message) ([]byte, error) {
	m.Data = bytes.Replace(m.Data, []byte(`"amount":250,`), []byte(`"amount":251,`), 1)
	return d.Link.Send(ctx, m)
}

// losing is a driver that gives no records of calls to numbers that end with 1,
// neither as they are reported nor when they are fetched.
type losing struct{ *yeastar.Driver }

func (l *losing) Run(ctx context.Context, keep pbx.Keep) error {
	return l.Driver.Run(ctx, func(ctx context.Context, r pbx.Report) (func(bool), error) {
		if l.loses(r.Event) {
			r.Event = hotel.Event{Kind: hotel.KindPromptEnd, Source: hotel.SourcePBX, Time: r.Event.Time}
		}
		return keep(ctx, r)
	})
}

func (l *losing) PastCalls(ctx context.Context, span pbx.Span, extensions []string, take func(hotel.Event) error) error {
	return l.Driver.PastCalls(ctx, span, extensions, func(ev hotel.Event) error {
		if l.loses(ev) {
			return nil
		}
		return take(ev)
	})
}

func (l *losing) loses(ev hotel.Event) bool {
	return ev.CDR != nil && ev.CDR.DestLine != "" && strings.HasSuffix(ev.CDR.To, "1")
}

// TestVerdictTurnsRed spoils a run in each way, and expects to be told.
func TestVerdictTurnsRed(t *testing.T) {
	for _, bad := range tampers {
		t.Run(bad.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, run{
					name: bad.name, seed: 1, zone: "Europe/Rome", from: fmt.Sprint(firstYear, "-03-28"), days: 3,
					checkout: config.CheckoutClear, wakeUps: config.WakeUpsCancel, how: "both", voicemail: true, synced: true, tamper: &bad,
					tax: taxing{minibar: 1000, call: 2200},
				})
				h.pass()
				if len(h.wrong) == 0 || !slices.ContainsFunc(bad.find, func(part string) bool { return strings.Contains(h.wrong[0], part) }) {
					t.Errorf("the verdict is %q, and must be of %q", h.wrong, bad.find)
					h.tell()
				}
			})
		})
	}
}
