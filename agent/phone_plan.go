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
}

func (t phonePlan) empty() bool {
	c := t.change
	return c.Name == nil && c.Routes == nil && c.DND == nil && c.Restricted == nil &&
		c.Always == nil && c.NoAnswer == nil && c.Busy == nil
}

// String names what is to be changed.
func (t phonePlan) String() string {
	parts := slices.Clone(t.note.Cleared)
	if t.change.Name != nil {
		parts = append(parts, fmt.Sprintf("name to %q", *t.change.Name))
	}
	if t.change.Routes != nil {
		parts = append(parts, fmt.Sprintf("routes to %q", *t.change.Routes))
	}
	return strings.Join(parts, ", ")
}

// plan says what makes a telephone as it is wanted; with vacate what a guest
// set on it is taken off, too.
func (p *phoneWriter) plan(wanted hotel.Phone, now pbx.Settings, vacate bool) (phonePlan, error) {
	routes, err := p.routesFor(wanted, now)
	if err != nil {
		return phonePlan{}, err
	}
	todo := phonePlan{note: hotel.PhoneNote{Extension: now.Number}}
	todo.setName(wanted, now, p.nameFor(wanted, now))
	todo.setRoutes(wanted, now, routes)
	if vacate {
		todo.clear(now)
	}
	return todo, nil
}

// planLeaving says which routes are to be given back after a check-out by the
// PBX itself, unless that is known already.
func (p *phoneWriter) planLeaving(wanted hotel.Phone, now pbx.Settings) (phonePlan, error) {
	todo := phonePlan{note: hotel.PhoneNote{Extension: now.Number}}
	if wanted.Leaving != nil {
		return todo, nil
	}
	wanted.Class = cmp.Or(wanted.Class, hotel.ClassNone)
	routes, err := p.routesFor(wanted, now)
	todo.note.Leaving = &hotel.PhoneSettings{Routes: keptList(routes)}
	return todo, err
}

// planRestore says what puts a telephone back.
func planRestore(wanted hotel.Phone, now pbx.Settings) phonePlan {
	todo := phonePlan{note: hotel.PhoneNote{Extension: now.Number}}
	if before := wanted.Before.Name; before != nil && *before != now.Name {
		todo.change.Name, todo.note.Ours.Name, todo.note.Found.Name = before, before, &now.Name
	}
	if before := wanted.Before.Routes; before != nil && !sameRoutes(*before, now.Routes) {
		todo.change.Routes, todo.note.Ours.Routes, todo.note.Found.Routes = before, before, keptList(now.Routes)
	}
	return todo
}

// nameFor is the name that a telephone should have; as it is when the hotel
// has never set one. A guest's name of which the PBX takes nothing becomes
// the number.
func (p *phoneWriter) nameFor(wanted hotel.Phone, now pbx.Settings) string {
	switch {
	case wanted.Name != "":
		return cmp.Or(p.clean(wanted.Name), now.Number)
	case wanted.Ours.Name == nil:
		return now.Name
	case wanted.Before.Name == nil:
		return now.Number
	}
	return cmp.Or(*wanted.Before.Name, now.Number)
}

func (p *phoneWriter) clean(name string) string {
	cleaner, ok := p.driver.(pbx.NameCleaner)
	if !ok {
		return name
	}
	clean, _ := cleaner.CleanName(name)
	return clean
}

// routesFor are the routes that a telephone should have; as they are when the
// hotel has never set a class.
func (p *phoneWriter) routesFor(wanted hotel.Phone, now pbx.Settings) ([]string, error) {
	current := now.Routes
	if wanted.Leaving != nil && wanted.Leaving.Routes != nil {
		current = *wanted.Leaving.Routes // the PBX has taken them away
	}
	if wanted.Class == "" {
		return current, nil
	}
	return pbx.RoutesFor(wanted.Class, pbx.ClassRoutes{
		Classes: p.classes, Existing: slices.Concat(now.Routes, now.OtherRoutes), Current: current, Emergency: p.emergency,
	})
}

// setName plans a name. What stands there and is not ours is what stood there
// before; but not after a check-out by the PBX, which has put the number there.
func (t *phonePlan) setName(wanted hotel.Phone, now pbx.Settings, name string) {
	if name == now.Name {
		return
	}
	t.change.Name, t.note.Ours.Name, t.note.Found.Name = &name, &name, &now.Name
	ours, found := wanted.Ours.Name, wanted.Found.Name
	if wanted.Leaving == nil && (ours == nil || *ours != now.Name && *found != now.Name) {
		t.note.Before.Name = &now.Name
	}
}

// setRoutes plans the routes, as setName the name.
func (t *phonePlan) setRoutes(wanted hotel.Phone, now pbx.Settings, routes []string) {
	if sameRoutes(routes, now.Routes) {
		return
	}
	t.change.Routes, t.note.Ours.Routes, t.note.Found.Routes = &routes, keptList(routes), keptList(now.Routes)
	ours, found := wanted.Ours.Routes, wanted.Found.Routes
	if wanted.Leaving == nil && (ours == nil || !sameRoutes(*ours, now.Routes) && !sameRoutes(*found, now.Routes)) {
		t.note.Before.Routes = keptList(now.Routes)
	}
}

// clear plans to take off what a guest may have set on the telephone. Calls
// that nobody takes may go to voicemail: that is the house's own setting.
func (t *phonePlan) clear(now pbx.Settings) {
	off := false
	if now.DND {
		t.change.DND = &off
		t.note.Cleared = append(t.note.Cleared, "do not disturb")
	}
	if now.Restricted {
		t.change.Restricted = &off
		t.note.Cleared = append(t.note.Cleared, "call restriction")
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
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
