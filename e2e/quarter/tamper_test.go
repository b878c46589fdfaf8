package quarter

import (
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
)

// tamper is a way to spoil a run, as an error in the program would: the verdict
// must find it.
type tamper struct {
	name    string
	driver  func(*yeastar.Driver) pbx.Driver // nil: it is left as it is
	lives   []life                           // that nobody tells the model of
	zone    string                           // in which the agent believes to be
	forgets bool                             // the link to the PMS drops messages
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
		name: "wake-ups do not go with the clocks", find: []string{"instead of", "has no alarm for", "an alarm of no order"}, zone: "Africa/Algiers", // as Rome, without summer time
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
		name: "a charge comes twice", find: []string{"entries of the minibar were dialled"},
		lives: []life{{"another report of it", 10, 0, 24, func(h *house) {
			_, _ = h.pbx.Dial(pick(h, h.model.numbers), "778*"+minibarItem+"*1")
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
	if h.run.tamper != nil && h.run.tamper.forgets {
		return &forgetful{Link: h.pms}
	}
	return h.pms
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
