package sim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PBXExtension is what is known of an extension, or what is to be set.
type PBXExtension struct {
	Number string `json:"number"`
	// Status is that of the telephone outside of calls: Registered,
	// Unavailable and so on (API 2.0.0, extension/list).
	Status string `json:"status,omitempty"`
	// Settings go by the names of extension/query; the secrets are left out.
	Settings   map[string]string `json:"settings,omitempty"`
	Alarms     []Alarm           `json:"alarms,omitempty"`
	Voicemails []Voicemail       `json:"voicemails,omitempty"`
	// Handset says how the telephone behaves: one for each call, the last one
	// for good.
	Handset []Handset `json:"handset,omitempty"`
}

// PBXState is what a PBX knows and does at a moment.
type PBXState struct {
	Time       time.Time      `json:"time"` // in the PBX's zone
	Extensions []PBXExtension `json:"extensions"`
	Routes     []OutRoute     `json:"routes"`
	Calls      []PBXCall      `json:"calls"`
	SMS        []SMS          `json:"sms"`
	Records    int            `json:"records"`
	Pending    int            `json:"pending"` // reports that wait for the agent
	Stats      PBXStats       `json:"stats"`
}

// PBXCall is a call that goes on.
type PBXCall struct {
	ID      string   `json:"callid"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Members []Member `json:"members"`
}

// secrets are settings that no state shows.
var secrets = []string{"registerpassword", "loginpassword", "vmsecret"}

const maxExtensions = 10_000

// State gives a copy of everything.
func (p *PBX) State() PBXState {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	p.runDue(now)
	s := PBXState{
		Time: now.In(p.o.Zone), SMS: append([]SMS{}, p.hotel.sent...), Records: len(p.hotel.records),
		Pending: len(p.waiting) + p.sending, Stats: p.stats,
		Extensions: []PBXExtension{}, Routes: []OutRoute{}, Calls: []PBXCall{},
	}
	for _, number := range p.hotel.numbers() {
		s.Extensions = append(s.Extensions, p.hotel.extensions[number].shown())
	}
	for _, r := range p.hotel.routes {
		s.Routes = append(s.Routes, *r)
	}
	for _, t := range p.hotel.ordered() {
		s.Calls = append(s.Calls, PBXCall{t.id, t.from, t.to, t.members()})
	}
	return s
}

func (e *extension) shown() PBXExtension {
	x := PBXExtension{
		Number: e.number, Status: e.status, Settings: maps.Clone(e.set),
		Voicemails: slices.Clone(e.mail), Handset: slices.Clone(e.handset),
	}
	for _, name := range secrets {
		delete(x.Settings, name)
	}
	for _, a := range e.alarms {
		x.Alarms = append(x.Alarms, a.info())
	}
	return x
}

// Extension gives one extension as it is, whatever queries still show.
func (p *PBX) Extension(number string) (PBXExtension, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runDue(p.o.Now())
	e := p.hotel.extensions[number]
	if e == nil {
		return PBXExtension{}, false
	}
	return e.shown(), true
}

// SetExtension makes an extension, or changes one: settings that are named,
// and lists that are not nil. It is as if somebody did it on the web page of
// the PBX: nothing lags, and no value is judged but by its form.
func (p *PBX) SetExtension(x PBXExtension) error {
	if err := x.sound(); err != nil {
		return fmt.Errorf("set extension %s: %w", x.Number, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	alarms, err := p.readAlarms(x.Alarms)
	if err != nil {
		return fmt.Errorf("set extension %s: %w", x.Number, err)
	}
	e, operation := p.hotel.extensions[x.Number], "update"
	if e == nil {
		if len(p.hotel.extensions) >= maxExtensions {
			return fmt.Errorf("set extension %s: there are %d already", x.Number, maxExtensions)
		}
		e, operation = newExtension(x.Number), "add"
		p.hotel.extensions[x.Number] = e
	}
	e.seen = nil
	e.status = orElse(x.Status, e.status)
	maps.Copy(e.set, x.Settings)
	if x.Voicemails != nil {
		e.mail = slices.Clone(x.Voicemails)
	}
	if len(x.Handset) > 0 {
		e.handset = slices.Clone(x.Handset)
	}
	if x.Alarms != nil {
		p.replaceAlarms(e, alarms)
	}
	p.changedBy(e, ByHand)
	p.reportChange(x.Number, operation)
	return nil
}

// replaceAlarms leaves alone what stays as it is: it may be ringing.
func (p *PBX) replaceAlarms(e *extension, alarms []*alarm) {
	standing := slices.Clone(e.alarms)
	stays := func(a *alarm) int {
		return slices.IndexFunc(standing, func(old *alarm) bool { return old.info() == a.info() })
	}
	e.dropAlarms(func(old *alarm) bool {
		return !slices.ContainsFunc(alarms, func(a *alarm) bool { return a.info() == old.info() })
	})
	e.alarms = nil
	for _, a := range alarms {
		if i := stays(a); i >= 0 {
			e.alarms = append(e.alarms, standing[i])
			continue
		}
		e.alarms = append(e.alarms, a)
		p.arm(e, a, p.o.Now())
	}
}

// reportChange tells of a change on the web page, if there is anybody to tell:
// what a hotel is set up with before is no news.
func (p *PBX) reportChange(number, operation string) {
	if p.registered() {
		p.report(ConfigChange(p.o.Serial, number, operation))
	}
}

func (x PBXExtension) sound() error {
	if x.Number == "" || len(x.Number) > 7 || !digits(x.Number) {
		return errors.New("a number has one to seven digits")
	}
	if len(x.Voicemails) > maxMessages || len(x.Alarms) > maxAlarms || len(x.Handset) > 1000 {
		return errors.New("the lists are too long")
	}
	for name, value := range x.Settings {
		if !slices.Contains(settingNames, name) || len(value) > maxRoutes {
			return fmt.Errorf("there is no setting %q of that length", name)
		}
	}
	for _, h := range x.Handset {
		if err := h.sound(); err != nil {
			return err
		}
	}
	return nil
}

// readAlarms makes alarms of what was given; one without an id gets one.
func (p *PBX) readAlarms(given []Alarm) ([]*alarm, error) {
	var list []*alarm
	for _, g := range given {
		a := &alarm{
			id: g.ID, at: g.Time, kind: g.Type, weekdays: g.Weekdays, repeats: orElse(g.Repeats, "1"),
			interval: g.Interval, prompt: orElse(g.Prompt, defaultPrompt),
		}
		if !a.sound() {
			return nil, fmt.Errorf("there can be no alarm at %q of type %q", g.Time, g.Type)
		}
		if n, err := strconv.Atoi(a.id); err == nil && n > p.hotel.alarms {
			p.hotel.alarms = n
		}
		if a.id == "" {
			p.hotel.alarms++
			a.id = strconv.Itoa(p.hotel.alarms)
		}
		list = append(list, a)
	}
	return list, nil
}

// RemoveExtension takes an extension away; its calls go on.
func (p *PBX) RemoveExtension(number string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.hotel.extensions[number]
	if e == nil {
		return fmt.Errorf("remove extension %s: %w", number, ErrNoExtension)
	}
	e.dropAlarms(func(*alarm) bool { return true })
	delete(p.hotel.extensions, number)
	p.reportChange(number, "del")
	return nil
}

// SetRoutes replaces the outbound routes. Extensions keep the names of those
// that they had.
func (p *PBX) SetRoutes(routes []OutRoute) error {
	list := make([]*OutRoute, 0, len(routes))
	for _, r := range routes {
		if r.ID == "" || r.Name == "" || strings.Contains(r.Name, ",") || len(routes) > 1000 {
			return fmt.Errorf("set routes: route %q needs an id, and a name without a comma", r.Name)
		}
		list = append(list, &r)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hotel.routes = list
	return nil
}

// AddPrompt makes a prompt known, as if somebody uploaded it.
func (p *PBX) AddPrompt(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.hotel.prompts) < maxRecords {
		p.hotel.prompts[name] = true
	}
}

// Records lists the records of past calls, the oldest first.
func (p *PBX) Records() []CDR {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runDue(p.o.Now())
	return append([]CDR{}, p.hotel.records...)
}

// AddRecord keeps the record of a call that nobody saw; it can be downloaded,
// and is not reported.
func (p *PBX) AddRecord(c CDR) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hotel.record(c)
}

// Prompts lists the prompts that can be played: those that a PBX has or that
// were added, and each wav file in [RecordPath]. The manual lets IVRs choose
// from that folder; that the API does, too, is assumed.
func (p *PBX) Prompts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	names := slices.Collect(maps.Keys(p.hotel.prompts))
	files, _ := p.disk.list(RecordPath) // none if the folder is gone
	for _, f := range files {
		if name, wav := strings.CutSuffix(f.name, ".wav"); wav && !f.IsDir() && !p.hotel.prompts[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// hasPrompt tells whether a prompt can be played. The caller holds mu.
func (p *PBX) hasPrompt(name string) bool {
	if p.hotel.prompts[name] {
		return true
	}
	if strings.Contains(name, "/") {
		return false
	}
	return p.disk.bytes(RecordPath+"/"+name+".wav") != nil
}
