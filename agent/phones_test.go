package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// deskPBX is a PBX with one telephone for each of the rooms 101 to 110.
type deskPBX struct {
	pastPBX
	mu        sync.Mutex
	now       func() time.Time // as its clock shows it
	ahead     atomic.Int64     // … and how much more it is ahead since, in nanoseconds
	phones    map[string]*pbx.Settings
	routes    []string // all that there are
	alarms    map[string][]pbx.Alarm
	voicemail map[string][]pbx.Voicemail
	fail      func(op string) error // before it is done
	after     func(op string) error // when it is done
	log       []string
	writes    []time.Time
	story     []string // each change and its moment, for a person who looks for a fault
	keeps     bool     // alarms, whoever deletes them
	stuck     string   // a telephone that takes no change
	// lag is how long a telephone is shown as it was before a change.
	lag   time.Duration
	stale map[string]staleSettings
}

type staleSettings struct {
	pbx.Settings
	until time.Time
}

var deskRoutes = []string{"Emergency", "Local", "National", "Lift"}

func newDeskPBX() *deskPBX {
	p := &deskPBX{routes: deskRoutes, stale: map[string]staleSettings{}, phones: map[string]*pbx.Settings{}, alarms: map[string][]pbx.Alarm{}, voicemail: map[string][]pbx.Voicemail{}}
	for n := 101; n <= 110; n++ {
		p.phones[fmt.Sprint(n)] = &pbx.Settings{
			Number: fmt.Sprint(n), Name: fmt.Sprint("Room ", n), Routes: []string{"Emergency", "Lift"},
			NoAnswer: pbx.Forward{On: true, To: pbx.ToVoicemail},
		}
	}
	return p
}

// do is one request: it may fail before it is carried out or after.
func (p *deskPBX) do(op string, write bool, change func()) error {
	p.mu.Lock()
	fail := p.fail
	p.mu.Unlock()
	if fail != nil {
		if err := fail(op); err != nil {
			return err
		}
	}
	p.mu.Lock() // call records are fetched beside the rest
	if write {
		p.writes = append(p.writes, time.Now())
		p.story = append(p.story, time.Now().UTC().Format("15:04:05 UTC ")+op)
		p.log = append(p.log, op)
	}
	change()
	after := p.after
	p.mu.Unlock()
	if after != nil {
		return after(op)
	}
	return nil
}

func (p *deskPBX) ReadExtensions(_ context.Context, numbers ...string) (found []pbx.Settings, err error) {
	err = p.do("read", false, func() {
		for _, n := range numbers {
			if p.phones[n] == nil {
				continue
			}
			s := *p.phones[n]
			if old := p.stale[n]; time.Now().Before(old.until) {
				s = old.Settings
			}
			s.OtherRoutes = slices.DeleteFunc(slices.Clone(p.routes), func(r string) bool { return slices.Contains(s.Routes, r) })
			found = append(found, s)
		}
	})
	if err == nil && len(found) < len(numbers) {
		return nil, fmt.Errorf("read: %w", pbx.ErrMissing)
	}
	return found, err
}

// touch is called before a change.
func (p *deskPBX) touch(number string) {
	old := p.stale[number]
	if !time.Now().Before(old.until) {
		old.Settings = *p.phones[number]
	}
	old.until = time.Now().Add(p.lag)
	p.stale[number] = old
}

func (p *deskPBX) ChangeExtension(_ context.Context, number string, c pbx.Change) error {
	if c.Routes != nil {
		for _, route := range *c.Routes {
			if !slices.Contains(p.routes, route) {
				return fmt.Errorf("no route %s: %w", route, pbx.ErrInvalid)
			}
		}
	}
	return p.do("change "+number, true, func() {
		p.touch(number)
		s := p.phones[number]
		if c.Name != nil {
			clean, _ := p.CleanName(*c.Name)
			s.Name = cmp.Or(clean, number)
		}
		if c.Routes != nil {
			s.Routes = slices.Clone(*c.Routes)
		}
		if number == p.stuck {
			s = &pbx.Settings{}
		}
		for to, on := range map[*bool]*bool{
			&s.DND: c.DND, &s.Restricted: c.Restricted, &s.Together: c.Together, &s.Mobile: c.Mobile, &s.Voicemail: c.Voicemail,
		} {
			if on != nil {
				*to = *on
			}
		}
		if c.VoicemailPIN != nil {
			s.VoicemailPIN = *c.VoicemailPIN
		}
		for to, f := range map[*pbx.Forward]*pbx.Forward{&s.Always: c.Always, &s.NoAnswer: c.NoAnswer, &s.Busy: c.Busy} {
			if f != nil {
				to.On = f.On
			}
		}
		s.MobileKept = s.MobileKept && !c.ForgetMobile
	})
}

func (p *deskPBX) CleanName(name string) (clean, lost string) {
	return strings.NewReplacer("&", "+", "'", "").Replace(name), ""
}

func (p *deskPBX) CheckOut(_ context.Context, extensions ...string) error {
	return p.do("checkout "+extensions[0], true, func() {
		p.touch(extensions[0])
		s := p.phones[extensions[0]]
		s.Name, s.Routes = s.Number, nil
		delete(p.alarms, extensions[0])
	})
}

func (p *deskPBX) PastCalls(ctx context.Context, span pbx.Span, extensions []string, take func(hotel.Event) error) error {
	if err := p.do("records", false, func() { p.log = append(p.log, "records") }); err != nil {
		return err
	}
	return p.pastPBX.PastCalls(ctx, span, extensions, take)
}

func (p *deskPBX) ListAlarms(_ context.Context, extensions ...string) ([]pbx.Alarm, error) {
	var all []pbx.Alarm
	for _, x := range extensions {
		all = append(all, p.alarms[x]...)
	}
	return all, nil
}

func (p *deskPBX) DeleteAlarms(_ context.Context, extension string, ids ...string) error {
	return p.do(fmt.Sprint("delete alarms of ", extension, " ", ids), true, func() {
		if !p.keeps {
			p.alarms[extension] = slices.DeleteFunc(p.alarms[extension], func(x pbx.Alarm) bool { return slices.Contains(ids, x.ID) })
		}
	})
}

func (p *deskPBX) CreateAlarm(_ context.Context, extension string, spec pbx.AlarmSpec) (string, error) {
	id := fmt.Sprint("alarm", len(p.writes))
	return id, p.do("create alarm of "+extension, true, func() {
		p.alarms[extension] = append(p.alarms[extension], pbx.Alarm{ID: id, Extension: extension, AlarmSpec: spec})
	})
}

func (p *deskPBX) ChangeAlarm(context.Context, string, string, pbx.AlarmSpec) error {
	return errors.New("not in this test")
}

func (p *deskPBX) ListVoicemail(_ context.Context, extensions ...string) ([]pbx.Voicemail, error) {
	var all []pbx.Voicemail
	for _, x := range extensions {
		all = append(all, p.voicemail[x]...)
	}
	return all, nil
}

func (p *deskPBX) DeleteVoicemail(context.Context, ...pbx.Voicemail) error {
	return errors.New("not in this test")
}

func (p *deskPBX) ClearVoicemail(_ context.Context, extension string) error {
	return p.do("clear voicemail of "+extension, true, func() { delete(p.voicemail, extension) })
}

func (p *deskPBX) Identify(context.Context) (pbx.Identity, error) {
	return pbx.Identity{Serial: "A1", Clock: p.now().Add(time.Duration(p.ahead.Load())).Format(time.DateTime)}, nil
}

// desk is a hotel whose agent runs within a synctest bubble. What it asks of
// the PBX has come to its end when rest returns.
type desk struct {
	*Agent
	t   *testing.T
	pbx *deskPBX
	end func()
	c   config.Config
	// driver is what the agent speaks with; nil: pbx.
	driver pbx.Driver
	link   pms.Link
}

func atDesk(t *testing.T, set func(*config.Config), test func(d *desk)) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig(t)
		c.Classes = map[string][]string{"local": {"Local"}, "national": {"Local", "National"}}
		c.Emergency.Routes = []string{"Emergency"}
		if set != nil {
			set(&c)
		}
		d := &desk{t: t, pbx: newDeskPBX(), c: c}
		d.start()
		var lists hotel.Import
		for n := 101; n <= 110; n++ {
			lists.Rooms = append(lists.Rooms, hotel.Room{Number: fmt.Sprint(n)})
		}
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists})
		d.rest(time.Hour) // the PBX has been asked for its clock and its records
		d.pbx.log = nil
		test(d)
		d.end()
	})
}

func (d *desk) start() {
	d.t.Helper()
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	now := func() time.Time { return time.Now().Add(began) }
	if d.driver == nil {
		d.driver = d.pbx
	}
	a, err := New(Options{Config: d.c, Driver: d.driver, Link: d.link, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		d.t.Fatal(err)
	}
	d.pbx.now = func() time.Time { return now().In(a.zone) }
	d.Agent = a
	ctx, cancel := context.WithCancel(d.t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	d.end = func() {
		cancel()
		if err := <-done; err != nil {
			d.t.Error(err)
		}
	}
}

func (d *desk) order(ev hotel.Event) {
	d.t.Helper()
	if _, err := d.Do(d.t.Context(), ev); err != nil {
		d.t.Fatal(err)
	}
	synctest.Wait() // what follows at once has: the PBX may be changed now
}

func (d *desk) checkIn(room, name, class string) {
	d.t.Helper()
	d.order(hotel.Event{Kind: hotel.KindCheckIn, Room: room, Fields: map[string]string{"name": name, "class": class}})
}

func (d *desk) checkOut(room string) {
	d.t.Helper()
	d.order(hotel.Event{Kind: hotel.KindCheckOut, Room: room})
}

func (d *desk) rest(long time.Duration) {
	d.pbx.mu.Lock()
	//lint:ignore SA2001 what the test has changed of the PBX is seen by those who ask it
	d.pbx.mu.Unlock()
	time.Sleep(long) // within the bubble
	synctest.Wait()
}

// shows checks a telephone's name and routes on the PBX.
func (d *desk) shows(extension, name string, routes ...string) {
	d.t.Helper()
	if s := d.pbx.phones[extension]; s.Name != name || !sameRoutes(s.Routes, routes) {
		d.t.Errorf("the PBX shows %s as %q, %q; want %q, %q", extension, s.Name, s.Routes, name, routes)
	}
}

func (d *desk) did(want ...string) {
	d.t.Helper()
	if !slices.Equal(d.pbx.log, want) {
		d.t.Errorf("the PBX did %q, want %q", d.pbx.log, want)
	}
	d.pbx.log = nil
}

// alerted checks which alerts are open.
func (d *desk) alerted(codes ...string) {
	d.t.Helper()
	var open []string
	for _, al := range d.Alerts() {
		open = append(open, al.Code)
	}
	if !slices.Equal(open, codes) {
		d.t.Errorf("alerts %q, want %q: %+v", open, codes, d.Alerts())
	}
}

func TestGuestIsShownAndTakenOffAgain(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li & O'Neil", "national")
		d.rest(time.Minute)
		d.shows("101", "Li + ONeil", "Emergency", "Lift", "Local", "National")
		d.did("change 101")
		d.checkOut("101")
		d.rest(time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.did("change 101")
		d.checkIn("101", "", "")
		d.checkOut("101")
		d.rest(time.Minute)
		d.did()
		d.alerted()
	})
}

func TestWhatTheGuestLeftGoes(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		phone := d.pbx.phones["102"]
		d.checkIn("102", "", "")
		phone.DND, phone.Always = true, pbx.Forward{On: true, To: pbx.ToNumber, Number: "13800138000"}
		d.pbx.alarms["102"] = []pbx.Alarm{{ID: "7", Extension: "102"}, {ID: "9", Extension: "102"}}
		d.pbx.voicemail["102"] = []pbx.Voicemail{{File: "msg0000.wav"}}
		d.checkOut("102")
		d.rest(time.Minute)
		d.did("delete alarms of 102 [7 9]", "clear voicemail of 102", "change 102")
		if phone.DND || phone.Always.On || phone.Always.Number == "" || !phone.NoAnswer.On {
			d.t.Errorf("the phone is %+v", phone)
		}
		d.shows("102", "Room 102", "Emergency", "Lift")
	})
}

// While the PBX is away orders are joined; when it is back its changes keep
// their distance.
func TestOrdersAreJoinedAndSpaced(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		for _, room := range []string{"101", "102", "103"} {
			d.checkIn(room, "First", "local")
			d.order(hotel.Event{Kind: hotel.KindMove, Room: room, Fields: map[string]string{"to": fmt.Sprint("10", room[2]-'0'+3)}})
		}
		d.rest(time.Minute)
		d.pbx.fail, d.pbx.writes = nil, nil
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.shows("104", "First", "Emergency", "Lift", "Local")
		if len(d.pbx.writes) != 3 {
			d.t.Errorf("%d changes: %q", len(d.pbx.writes), d.pbx.log)
		}
		for i, at := range d.pbx.writes {
			if i > 0 && at.Sub(d.pbx.writes[i-1]) < writeSpacing {
				d.t.Errorf("change %d came %s after the one before", i, at.Sub(d.pbx.writes[i-1]))
			}
		}
		d.alerted()
	})
}

// A change whose answer is lost is found when it is tried again; what we wrote
// is not taken for what stood there before.
func TestLostAnswerIsNotWhatStoodThereBefore(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		lost := 1
		d.pbx.after = func(op string) error {
			if lost--; strings.HasPrefix(op, "change") && lost <= 0 {
				d.pbx.after = nil
				return fmt.Errorf("no answer: %w", pbx.ErrUncertain)
			}
			return nil
		}
		d.checkIn("101", "Li", "local")
		d.rest(10 * time.Minute)
		d.did("change 101")
		d.end()
		d.start()
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
	})
}

func TestNameChangedByHandIsKept(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "")
		d.rest(time.Minute)
		d.checkOut("101")
		d.rest(time.Minute)
		d.pbx.phones["101"].Name = "Suite 101"
		d.checkIn("101", "Wang", "")
		d.rest(time.Minute)
		d.checkOut("101")
		d.rest(time.Minute)
		d.shows("101", "Suite 101", "Emergency", "Lift")
	})
}

func TestRoomLetAgainIsNotCleared(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "")
		d.rest(time.Minute)
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		d.checkOut("101")
		d.checkIn("101", "Wang", "local")
		d.pbx.phones["101"].DND = true
		d.pbx.fail, d.pbx.log = nil, nil
		d.rest(10 * time.Minute)
		d.did("change 101")
		d.shows("101", "Wang", "Emergency", "Lift", "Local")
		if !d.pbx.phones["101"].DND {
			d.t.Error("the new guest's do-not-disturb is gone")
		}
		d.alerted(hotel.AlertNotCleared)
	})
}

// The PBX's own check-out takes the emergency routes: they are given back,
// also when everything ends in between.
func TestCheckOutByThePBXGivesRoutesBack(t *testing.T) {
	own := func(c *config.Config) { c.Checkout.Phones = config.CheckoutPBX }
	atDesk(t, own, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.did("change 101")
		d.pbx.fail = func(op string) error {
			if op == "change 101" && slices.Contains(d.pbx.log, "checkout 101") {
				return fmt.Errorf("away: %w", pbx.ErrRetry)
			}
			return nil
		}
		d.checkOut("101")
		d.rest(2500 * time.Millisecond)
		d.did("change 101", "records", "checkout 101")
		d.shows("101", "101")
		d.end()
		d.pbx.fail = nil
		d.start()
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		for _, p := range d.Phones() {
			if leaving(p) {
				d.t.Errorf("still leaving: %+v", p)
			}
		}
		d.alerted()
	})
}

func TestPhoneIsPutBack(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: "101"})
		d.rest(time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		if left := d.Phones(); len(left) != 0 {
			d.t.Errorf("left: %+v", left)
		}
		d.pbx.phones["102"].Routes = nil
		d.checkIn("102", "", "local")
		d.rest(time.Minute)
		d.shows("102", "Room 102", "Emergency", "Local")
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: "102"})
		d.rest(time.Minute)
		d.shows("102", "Room 102", "Emergency") // it had no way to call for help, and keeps this one
		_, err := d.Do(d.t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: "101"})
		var refused *OrderError
		if !errors.As(err, &refused) {
			d.t.Errorf("a second time: %v", err)
		}
	})
}

func TestPBXThatDoesNotTakeItIsToldOf(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.after = func(string) error { d.pbx.phones["101"].Name = "stuck"; return nil }
		d.checkIn("101", "Li", "")
		d.rest(10 * time.Minute)
		d.did("change 101", "change 101", "change 101")
		d.alerted(hotel.AlertRefused)
		d.checkIn("102", "Wang", "")
		d.rest(time.Minute)
		d.shows("102", "Wang", "Emergency", "Lift")
	})
}

func TestClassWithoutItsRouteIsToldOf(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.Classes["local"] = []string{"Lokal"} }, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.rest(time.Minute)
		d.did("change 101")
		d.shows("101", "Li", "Emergency", "Lift")
		d.alerted(hotel.AlertRefused)
		if text := d.Alerts()[0].Text("en"); !strings.Contains(text, "extension 101") || !strings.Contains(text, `no outbound route "Lokal"`) {
			d.t.Errorf("the alert says %q", text)
		}
		_, err := d.Do(d.t.Context(), hotel.Event{Kind: hotel.KindCheckIn, Room: "102", Fields: map[string]string{"class": "vip"}})
		if err == nil || !strings.Contains(err.Error(), "has no routes in the configuration") {
			d.t.Errorf("a class that is not there: %v", err)
		}
	})
}

func TestFailuresOfThePBXAreJudged(t *testing.T) {
	for _, c := range []struct {
		err   error
		again bool
		after time.Duration
	}{
		{nil, false, 0},
		{pbx.ErrRetry, true, 0},
		{pbx.ErrUncertain, true, 0},
		{pbx.ErrAuth, true, authAgain},
		{pbx.ErrBusy, true, busyAgain},
		{errNotKept, true, 0},
		{context.DeadlineExceeded, true, 0},
		{context.Canceled, true, 0},
		{errNotShown, true, busyAgain},
		{errNotTaken, false, 0},
		{pbx.ErrMissing, false, 0},
		{pbx.ErrInvalid, false, 0},
		{pbx.ErrUnsupported, false, 0},
		{errors.New("of no kind"), false, 0},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("in a step: %w", err)
		}
		err = judgePBX(err)
		var retry *pms.Retry
		again := errors.As(err, &retry)
		if again != c.again || again && retry.After != c.after || (err == nil) != (c.err == nil) {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}

var (
	_ pbx.ExtensionSetter = (*deskPBX)(nil)
	_ pbx.CheckOuter      = (*deskPBX)(nil)
	_ pbx.AlarmKeeper     = (*deskPBX)(nil)
	_ pbx.VoicemailKeeper = (*deskPBX)(nil)
	_ pbx.NameCleaner     = (*deskPBX)(nil)
)
