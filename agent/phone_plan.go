package agent

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

// phonePlan is what is to be changed of a telephone, and what is to be
// remembered before.
type phonePlan struct {
	change pbx.Change
	note   hotel.PhoneNote
	// short says what cannot be made as it is wanted; the rest is, all the same.
	short error
	// learns: what stands there and is not ours is what stood there before.
	learns bool
	// foreign: the name was written there by somebody else, and stays. stale: it
	// is one of ours, and no name of the house to be learned.
	foreign, stale bool
}

func (t phonePlan) empty() bool { return t.change == pbx.Change{} }

// left names what is to be changed, as [hotel.Because] writes it. Neither names nor
// numbers of guests are in it: it goes into alerts and logs.
func (t phonePlan) left() (list []string) {
	c := t.change
	for _, one := range []struct {
		what    hotel.Reason
		planned bool
	}{
		{hotel.LeftName, c.Name != nil},
		{hotel.LeftRoutes, c.Routes != nil},
		{hotel.LeftDND, c.DND != nil},
		{hotel.LeftRestricted, c.Restricted != nil},
		{hotel.LeftForward, c.Always != nil || c.NoAnswer != nil || c.Busy != nil},
		{hotel.LeftTogether, c.Together != nil},
		{hotel.LeftMobile, c.Mobile != nil},
		{hotel.LeftNumber, c.ForgetMobile},
		{hotel.LeftSwitch, c.Voicemail != nil},
		{hotel.LeftPIN, c.VoicemailPIN != nil},
	} {
		if one.planned {
			list = append(list, hotel.Because(one.what))
		}
	}
	return list
}

// String is the same in words, with the routes.
func (t phonePlan) String() string {
	text := hotel.Said(strings.Join(t.left(), ", "), "en")
	if t.change.Routes != nil {
		text += fmt.Sprintf(" (routes to %q)", *t.change.Routes)
	}
	return text
}

// join adds what another plan, for how the telephone may also be, has beyond t.
// The name and the routes are those of the goal, whichever way it is: of a
// telephone that shows no routes, nobody knows which are not ours.
func (t *phonePlan) join(other phonePlan, way, goal pbx.Settings) {
	if t.change.Name == nil && other.change.Name != nil {
		t.setName(way, goal.Name)
	}
	if t.change.Routes == nil && other.change.Routes != nil {
		t.setRoutes(way, goal.Routes)
	}
	if t.change.Voicemail == nil && other.change.Voicemail != nil {
		t.setVoicemail(way, goal.Voicemail)
	}
	before := t.change
	other.change.Name, other.change.Routes, other.change.Voicemail = nil, nil, nil
	if t.change = merged(other.change, before); t.change == before {
		return
	}
	for _, what := range other.note.Cleared {
		if !slices.Contains(t.note.Cleared, what) {
			t.note.Cleared = append(t.note.Cleared, what)
		}
	}
}

// plan says what makes a telephone as it is wanted; with vacate what a guest
// set on it is taken off, too.
func (p *phoneWriter) plan(wanted hotel.Phone, now pbx.Settings, vacate bool) phonePlan {
	todo := phonePlan{note: hotel.PhoneNote{Extension: now.Number}, learns: true}
	routes, err := p.routesFor(wanted, now)
	todo.short = err
	todo.setName(now, p.nameFor(wanted, now))
	todo.setRoutes(now, routes)
	todo.setVoicemail(now, voicemailFor(wanted, now))
	if vacate {
		todo.clear(now)
		todo.setPIN(now, p.pinFor(now.Number))
	}
	return todo
}

// planRestore says what puts a telephone back.
func (p *phoneWriter) planRestore(wanted hotel.Phone, now pbx.Settings) phonePlan {
	todo := phonePlan{note: hotel.PhoneNote{Extension: now.Number}}
	if wanted.Before.Name != nil {
		todo.setName(now, p.houseName(wanted, now))
	}
	if wanted.Before.Voicemail != nil {
		todo.setVoicemail(now, *wanted.Before.Voicemail)
	}
	before := wanted.Before.Routes
	if before == nil && wanted.Leaving != nil {
		before = wanted.Leaving.Routes
	}
	if before == nil {
		return todo
	}
	routes := there(*before, now)
	todo.setRoutes(now, p.withHelp(routes, now))
	for _, name := range *before {
		if !slices.Contains(routes, name) {
			todo.short = fmt.Errorf("the PBX has no outbound route %q any more: %w", name, pbx.ErrInvalid)
		}
	}
	return todo
}

// nameFor is the name that a telephone should have. A guest's name of which
// the PBX takes nothing becomes the number.
func (p *phoneWriter) nameFor(wanted hotel.Phone, now pbx.Settings) string {
	if wanted.Name != "" {
		return cmp.Or(p.clean(wanted.Name), now.Number)
	}
	return p.houseName(wanted, now)
}

// houseName is the name of a telephone while it shows no guest: as it is when
// the hotel has never set one, otherwise what stood there before, as far as the
// PBX takes it.
func (p *phoneWriter) houseName(wanted hotel.Phone, now pbx.Settings) string {
	before := wanted.Before.Name
	switch {
	case wanted.Ours.Name == nil, before != nil && *before == now.Name:
		return now.Name
	case before == nil:
		return now.Number
	}
	return cmp.Or(p.clean(*before), now.Number)
}

// voicemailFor is whether a telephone should have voicemail: as it is when the
// hotel has never said, as it was when it no longer does.
func voicemailFor(wanted hotel.Phone, now pbx.Settings) bool {
	switch {
	case wanted.Voicemail != nil:
		return *wanted.Voicemail
	case wanted.Ours.Voicemail != nil && wanted.Before.Voicemail != nil:
		return *wanted.Before.Voicemail
	}
	return now.Voicemail
}

// pinFor is the PIN of voicemail that a vacant room's telephone has; empty: it
// stays as it is.
func (p *phoneWriter) pinFor(extension string) pbx.PIN {
	return pbx.PIN(strings.ReplaceAll(p.pin, "{extension}", extension))
}

func (p *phoneWriter) clean(name string) string {
	cleaner, ok := p.driver.(pbx.NameCleaner)
	if !ok {
		return name
	}
	clean, _ := cleaner.CleanName(name)
	return clean
}

// routesFor are the routes that a telephone should have: as they are when the
// hotel has never set a class, as they were when it no longer does; with those
// for emergency calls in any case, also where nobody had given them before. With
// an error they are the best that can be given.
func (p *phoneWriter) routesFor(wanted hotel.Phone, now pbx.Settings) ([]string, error) {
	current := now.Routes
	if wanted.Leaving != nil && wanted.Leaving.Routes != nil {
		current = there(*wanted.Leaving.Routes, now) // the PBX has taken them away
	}
	switch {
	case wanted.Class != "":
	case wanted.Leaving == nil && wanted.Before.Routes != nil: // put back was overtaken by a guest without a class
		return p.withHelp(there(*wanted.Before.Routes, now), now), nil
	default:
		return p.withHelp(current, now), nil
	}
	routes, err := pbx.RoutesFor(wanted.Granted(), pbx.ClassRoutes{
		Classes: p.classes, Existing: slices.Concat(now.Routes, now.OtherRoutes), Current: current, Emergency: p.emergency,
	})
	if err != nil {
		return p.withHelp(current, now), err
	}
	return routes, nil
}

// withHelp adds to a list the routes for emergency calls that the PBX has.
func (p *phoneWriter) withHelp(list []string, now pbx.Settings) []string {
	for _, name := range there(p.emergency, now) {
		if !slices.Contains(list, name) {
			list = append(slices.Clone(list), name)
		}
	}
	return list
}

// there are those of the routes that the PBX has: one may have been renamed
// since, and the PBX would refuse the others with it.
func there(routes []string, now pbx.Settings) []string {
	var list []string
	for _, name := range routes {
		if slices.Contains(now.Routes, name) || slices.Contains(now.OtherRoutes, name) {
			list = append(list, name)
		}
	}
	return list
}

func (t *phonePlan) setName(now pbx.Settings, name string) {
	if name == now.Name {
		return
	}
	t.change.Name, t.note.Ours.Name, t.note.Found.Name = &name, &name, &now.Name
}

func (t *phonePlan) setRoutes(now pbx.Settings, routes []string) {
	if sameRoutes(routes, now.Routes) {
		return
	}
	t.change.Routes, t.note.Ours.Routes, t.note.Found.Routes = &routes, keptList(routes), keptList(now.Routes)
}

func (t *phonePlan) setVoicemail(now pbx.Settings, on bool) {
	if on == now.Voicemail {
		return
	}
	t.change.Voicemail, t.note.Ours.Voicemail, t.note.Found.Voicemail = &on, &on, &now.Voicemail
}

// setPIN plans another PIN of voicemail. That of a PBX that does not show it
// stays: nobody would know when it is right.
func (t *phonePlan) setPIN(now pbx.Settings, pin pbx.PIN) {
	if pin != "" && now.VoicemailPIN != "" && now.VoicemailPIN != pin {
		t.change.VoicemailPIN = &pin
	}
}

// learn notes what stood there before the change: what stands there when the
// hotel changes it for the first time, and what somebody else has written since
// while the telephone was nobody's. What stands there instead of a guest's name
// or class is the guest's too, corrected by hand or cut by the PBX. early: what
// the PBX shows may be older than what it was told.
func (p *phoneWriter) learn(todo *phonePlan, wanted hotel.Phone, now pbx.Settings, early bool) {
	if !todo.learns {
		return
	}
	// A note that the telephone was put back may come to be before this one.
	if todo.change.Name != nil {
		todo.note.Before.Name = wanted.Before.Name
	}
	if todo.change.Routes != nil {
		todo.note.Before.Routes = wanted.Before.Routes
	}
	p.learnVoicemail(todo, wanted, now, early)
	if wanted.Leaving != nil { // what is to be given back stood there
		if todo.change.Routes != nil && wanted.Class != "" && wanted.Before.Routes == nil {
			todo.note.Before.Routes = wanted.Leaving.Routes
		}
		return
	}
	ours, found := wanted.Ours, wanted.Found
	if todo.change.Name != nil && !todo.stale && (ours.Name == nil ||
		!early && p.vacantName(wanted) && now.Name != *ours.Name && (found.Name == nil || now.Name != *found.Name)) {
		todo.note.Before.Name = &now.Name
	}
	if todo.change.Routes != nil && (ours.Routes == nil || wanted.Before.Routes == nil ||
		!early && p.vacantRoutes(*ours.Routes) && !sameRoutes(now.Routes, *ours.Routes) && (found.Routes == nil || !sameRoutes(now.Routes, *found.Routes))) {
		todo.note.Before.Routes = keptList(now.Routes)
	}
}

// learnVoicemail is learn for whether there is voicemail.
func (p *phoneWriter) learnVoicemail(todo *phonePlan, wanted hotel.Phone, now pbx.Settings, early bool) {
	if todo.change.Voicemail == nil {
		return
	}
	ours, before, found := wanted.Ours.Voicemail, wanted.Before.Voicemail, wanted.Found.Voicemail
	byHand := !early && ours != nil && before != nil && *ours == *before && now.Voicemail != *ours && found == nil
	if todo.note.Before.Voicemail = before; ours == nil || before == nil || byHand {
		todo.note.Before.Voicemail = &now.Voicemail
	}
}

// vacantName tells whether the name that the hotel wrote last was no guest's.
func (p *phoneWriter) vacantName(wanted hotel.Phone) bool {
	ours, before := *wanted.Ours.Name, wanted.Before.Name
	return ours == wanted.Extension || before != nil && (ours == *before || ours == p.clean(*before))
}

// vacantRoutes tells whether the routes are those of a vacant room.
func (p *phoneWriter) vacantRoutes(routes []string) bool {
	for _, class := range p.classes {
		for _, name := range class {
			if slices.Contains(routes, name) && !slices.Contains(p.emergency, name) {
				return false
			}
		}
	}
	return true
}

// clear plans to take off what a guest may have set on the telephone.
func (t *phonePlan) clear(now pbx.Settings) {
	off := false
	if now.DND {
		t.change.DND = &off
		t.note.Cleared = append(t.note.Cleared, "do not disturb")
	}
	t.clearAway(now)
}

// clearAway is clear but for do not disturb, which is the room's. Calls that
// nobody takes may go to voicemail: that is the house's own setting.
func (t *phonePlan) clearAway(now pbx.Settings) {
	off := false
	if now.Restricted {
		t.change.Restricted = &off
		t.note.Cleared = append(t.note.Cleared, "call restriction")
	}
	if now.Together {
		t.change.Together = &off
		t.note.Cleared = append(t.note.Cleared, "simultaneous ringing")
	}
	if now.Mobile {
		t.change.Mobile = &off
		t.note.Cleared = append(t.note.Cleared, "mobile telephone")
	}
	if now.MobileKept {
		t.change.ForgetMobile = true
		t.note.Cleared = append(t.note.Cleared, "mobile number")
	}
	forwards := map[string]struct {
		now pbx.Forward
		to  **pbx.Forward
	}{
		"always":    {now.Always, &t.change.Always},
		"no answer": {now.NoAnswer, &t.change.NoAnswer},
		"busy":      {now.Busy, &t.change.Busy},
	}
	for _, when := range slices.Sorted(maps.Keys(forwards)) {
		f := forwards[when]
		if !f.now.On || f.now.To == pbx.ToVoicemail && when != "always" {
			continue
		}
		*f.to = &pbx.Forward{}
		t.note.Cleared = append(t.note.Cleared, strings.TrimSpace(fmt.Sprintf("forward %s to %s %s", when, f.now.To, f.now.Number)))
	}
}

// keptList is a list to be kept: an empty one is not the same as none.
func keptList(list []string) *[]string {
	kept := append([]string{}, list...)
	return &kept
}

// sameRoutes compares without regard to the order: in which routes are tried,
// the PBX decides.
func sameRoutes(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}
