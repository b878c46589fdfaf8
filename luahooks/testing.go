package luahooks

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
)

// Place is the hotel that hooks are tried in. Its zero value is one with the
// usual feature codes, in UTC.
type Place struct {
	Services hotel.Services // feature codes; none at all: the usual ones
	Zone     *time.Location // the hotel's; nil: UTC
	Setup    hotel.Setup    // by which effects are checked
}

func (p Place) withDefaults(s *Set) Place {
	if p.Services.Housekeeping == "" && p.Services.WakeUp == "" && len(p.Services.Minibars) == 0 {
		p.Services = usualServices
		if len(s.minibars) > 0 {
			p.Services.Minibars = s.minibars
		}
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	if p.Setup.Zone == nil {
		p.Setup.Zone = p.Zone
	}
	p.Setup.Currency = cmp.Or(p.Setup.Currency, s.currency, "CNY")
	p.Setup.Language = cmp.Or(p.Setup.Language, s.language)
	p.Setup.PMS, p.Setup.Wake.Calls = true, true
	p.Setup.SMS = hotel.SMSSetup{Able: true, Trunk: true, PerDay: 1000}
	if len(p.Setup.Classes) == 0 {
		p.Setup.Classes = []string{"none", "internal", "local", "national", "international"}
	}
	return p
}

// stage runs hooks of a Set on hotels in memory, on interpreters of its own:
// what is tried takes none from the hooks that work, and reaches nothing outside.
type stage struct {
	set   *Set
	place Place
	sets  map[string]*Set // by language
	libs  *libraries      // for files of tests
	trial *trial          // the one that goes on
}

func newStage(s *Set, p Place, libs *libraries) *stage {
	return &stage{set: s, place: p.withDefaults(s), sets: map[string]*Set{}, libs: libs}
}

func (g *stage) close() {
	for _, s := range g.sets {
		s.Close()
	}
}

// in gives the hooks as they are in a language.
func (g *stage) in(language string) (*Set, error) {
	if s := g.sets[language]; s != nil {
		return s, nil
	}
	s, err := g.set.sibling(language, func(_ context.Context, url string) hotel.Answer { return g.trial.answer(url) })
	if err != nil {
		return nil, err
	}
	g.sets[language] = s
	return s, nil
}

// sibling is a Set of the same files with another language and another outside.
func (s *Set) sibling(language string, get func(context.Context, string) hotel.Answer) (*Set, error) {
	t := &Set{
		limits: s.limits, get: get, language: language, currency: s.currency, minibars: s.minibars, prices: s.prices,
		sources: slices.Clone(s.sources), closed: make(chan struct{}), traced: s.traced, covered: s.covered,
	}
	t.limits.VMs = 2
	first, hooks, _, err := t.loadInto(newVM(t))
	if err != nil {
		first.close()
		return nil, fmt.Errorf("load the hooks to try them: %w", err)
	}
	t.adopt(first, hooks)
	return t, nil
}

// trial is one hotel on which the hooks of one file are tried.
type trial struct {
	stage    *stage
	file     string
	place    Place
	language string
	now      time.Time
	hotel    *fakeHotel
	answers  map[string]hotel.Answer
	events   uint64
	log      []string
}

// trialTime is when it is in a hotel of which nothing is said: a Monday.
const trialTime = "2026-03-02 12:00"

func (g *stage) begin(file string) *trial {
	t := &trial{stage: g, file: file, place: g.place, language: g.set.language, answers: map[string]hotel.Answer{}}
	t.hotel = newFakeHotel(t.now)
	if err := t.at(trialTime); err != nil {
		panic(err) // it is a time
	}
	g.trial = t
	return t
}

// at sets the clock: a date and a time of the hotel.
func (t *trial) at(text string) error {
	now, err := t.clock(text)
	if err == nil {
		t.now, t.hotel.now = now, now
	}
	return err
}

// clock reads a date and a time of the hotel.
func (t *trial) clock(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime, "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, strings.TrimSpace(text), t.place.Zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("the time must be such as 2026-11-22 18:30, but it is %q", clip(text, 50))
}

// speak sets the hotel's language.
func (t *trial) speak(language string) error {
	if language != "en" && language != "zh" {
		return fmt.Errorf("the language must be en or zh, but it is %q", clip(language, 50))
	}
	t.language = language
	return nil
}

// give puts something into the hotel.
func (t *trial) give(word, name string, f fields) error {
	do, known := givers[word]
	if !known {
		return fmt.Errorf("%q cannot be given; what can is %s", clip(word, 50), strings.Join(giverNames(), ", "))
	}
	return do(t, name, maps.Clone(f))
}

func (t *trial) answer(url string) hotel.Answer {
	if a, given := t.answers[url]; given {
		return a
	}
	return hotel.Answer{URL: url, Error: "no answer of " + url + " was given"}
}

// run lets the file's hooks take an event. Their effects pass the hotel's own
// checks and stand in its state afterwards. The error is the hook's fault, or
// why what it wants cannot be. taken is false when no hook takes the event.
func (t *trial) run(ctx context.Context, kind string, f fields) (effects []hotel.Effect, taken bool, err error) {
	ev, err := t.buildEvent(kind, f)
	if err != nil {
		return nil, false, &wrongExample{err}
	}
	set, err := t.stage.in(t.language)
	if err != nil {
		return nil, false, err
	}
	t.stage.trial = t
	for _, unit := range set.Match(ev) {
		if set.byName[unit].File != t.file {
			continue
		}
		taken = true
		result := set.Run(ctx, unit, Input{Event: ev, View: t.hotel, History: t.hotel, Now: t.now, Zone: t.place.Zone, Seed: ev.ID})
		t.log = append(t.log, result.Log...)
		if result.Err != nil {
			return nil, true, result.Err
		}
		after := t.hotel.copy()
		setup := t.place.Setup
		setup.Language = t.language
		if err := hotel.Apply(after, ev, unit, result.Effects, setup); err != nil {
			return nil, true, fmt.Errorf("what the hook wants cannot be: %w", err)
		}
		t.hotel = after
		effects = append(effects, result.Effects...)
	}
	return effects, taken, nil
}

// wrongExample is a fault of what was described, not of the hook.
type wrongExample struct{ err error }

func (e *wrongExample) Error() string { return e.err.Error() }
func (e *wrongExample) Unwrap() error { return e.err }
