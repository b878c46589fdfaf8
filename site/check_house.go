package site

import (
	"strconv"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

const (
	checkExtensions = "pbx.extensions"
	checkOccupancy  = "rooms.occupancy"
	checkAbilities  = "pbx.abilities"
	checkPMS        = "pms"
	checkRelay      = "relay"
	checkStore      = "store"
	checkHooks      = "hooks"
)

// extensions: has the PBX the telephones that the rooms are to have?
func (f *Facts) extensions() Finding {
	if finding, is := f.noPBX(checkExtensions); is {
		return finding
	}
	if finding, is := listed(checkExtensions, f.PBX.ExtensionsErr, pbx.AbleExtensions, f.PBX.Lacks); is {
		return finding
	}
	if len(f.Rooms) == 0 {
		return find(checkExtensions, Warning, "no-rooms", "extensions", strconv.Itoa(len(f.PBX.Extensions)))
	}
	status := map[string]pbx.PhoneStatus{}
	for _, e := range f.PBX.Extensions {
		status[e.Number] = e.Status
	}
	var missing, away []string
	phones := 0
	for _, room := range f.Rooms {
		for _, phone := range room.Phones() {
			phones++
			switch s, there := status[phone]; {
			case !there:
				missing = append(missing, phone)
			case s == pbx.PhoneAway, s == pbx.PhoneFault:
				away = append(away, phone)
			}
		}
	}
	switch {
	case len(missing) > 0:
		return find(checkExtensions, Failed, "missing", "missing", names(missing))
	case len(away) > 0:
		return find(checkExtensions, Warning, "away", "away", names(away))
	}
	return find(checkExtensions, OK, "ok", "phones", strconv.Itoa(phones))
}

// occupancy: has a person said which rooms are occupied? Before, the box knows
// of no guest who came before it.
func (f *Facts) occupancy() Finding {
	switch {
	case len(f.Rooms) == 0:
		return find(checkOccupancy, Skipped, "no-rooms")
	case f.Confirmed.IsZero():
		return find(checkOccupancy, Warning, "unconfirmed")
	}
	return find(checkOccupancy, OK, "ok", "at", f.at(f.Confirmed))
}

// substitutes say of what the agent can make an ability that a PBX lacks.
var substitutes = map[pbx.Ability][]pbx.Ability{
	pbx.AbleCheckOut: {pbx.AbleSettings, pbx.AbleAlarms, pbx.AbleVoicemail},
	pbx.AbleAlarms:   {pbx.AbleDial},
	pbx.AblePrompts:  {pbx.AbleDial},
}

// abilities: what can this PBX do?
func (f *Facts) abilities() Finding {
	if f.Config.PBX.Driver == "none" {
		return find(checkAbilities, Skipped, "no-pbx")
	}
	has := map[pbx.Ability]bool{}
	var able, made, not []string
	for _, a := range f.PBX.Has {
		has[a] = true
		able = append(able, string(a))
	}
	for _, a := range f.PBX.Lacks {
		if parts := substitutes[a]; len(parts) > 0 && all(parts, has) {
			made = append(made, string(a))
			continue
		}
		not = append(not, string(a))
	}
	params := []string{
		"has", orNone(strings.Join(able, ", ")), "made", orNone(strings.Join(made, ", ")), "lacks", orNone(strings.Join(not, ", ")),
		"refused", names(f.PBX.Login.Lacks),
	}
	switch {
	case len(f.PBX.Login.Lacks) > 0:
		return find(checkAbilities, Warning, "refused", params...)
	case len(f.PBX.Lacks) > 0:
		return find(checkAbilities, OK, "some", params...)
	}
	return find(checkAbilities, OK, "ok", params...)
}

func all(parts []pbx.Ability, has map[pbx.Ability]bool) bool {
	for _, p := range parts {
		if !has[p] {
			return false
		}
	}
	return true
}

// away finds what is known of a far side that takes nothing.
func (f *Facts) away(is func(to string) bool) (FarSide, bool) {
	for _, far := range f.Away {
		if is(far.To) {
			return far, true
		}
	}
	return FarSide{}, false
}

func (f *Facts) pms() Finding {
	if f.Config.PMS.Link == "none" {
		return find(checkPMS, Skipped, "none")
	}
	if f.PMSMissing {
		return find(checkPMS, Failed, "missing")
	}
	if !f.Running {
		return find(checkPMS, Unknown, "no-agent")
	}
	if far, is := f.away(func(to string) bool { return to == "pms" }); is {
		return find(checkPMS, Failed, "away", "since", f.at(far.Since), "error", far.Error, "oldest", f.oldestFor("pms"))
	}
	if f.PMSAnswered.IsZero() {
		return find(checkPMS, OK, "untold", "link", f.Config.PMS.Link, "oldest", f.oldestFor("pms"))
	}
	return find(checkPMS, OK, "ok", "link", f.Config.PMS.Link, "at", f.at(f.PMSAnswered), "oldest", f.oldestFor("pms"))
}

// oldestFor is since when the oldest call to a destination waits.
func (f *Facts) oldestFor(to string) string {
	for _, w := range f.Queue {
		if w.To == to {
			return f.at(w.Since)
		}
	}
	return "-"
}

// relay: do the receivers of relayed reports take them?
func (f *Facts) relay() Finding {
	if len(f.Config.PBX.RelayTo) == 0 {
		return find(checkRelay, Skipped, "none")
	}
	if !f.Running {
		return find(checkRelay, Unknown, "no-agent")
	}
	far, is := f.away(func(to string) bool {
		_, relayed := hotel.RelayAddress(to)
		return relayed
	})
	if is {
		receiver, _ := hotel.RelayAddress(far.To)
		return find(checkRelay, Failed, "away", "to", receiver, "since", f.at(far.Since), "error", far.Error)
	}
	return find(checkRelay, OK, "ok", "receivers", strconv.Itoa(len(f.Config.PBX.RelayTo)))
}

func (f *Facts) store() Finding {
	if f.StoreError != "" {
		return find(checkStore, Failed, "refuses", "error", f.StoreError)
	}
	if !f.Running {
		return find(checkStore, Unknown, "no-agent")
	}
	return find(checkStore, OK, "ok")
}

func (f *Facts) hooks() Finding {
	switch {
	case f.HookFaults != "":
		return find(checkHooks, Failed, "faults", "error", f.HookFaults)
	case !f.Running:
		return find(checkHooks, OK, "alone")
	case len(f.Hooks.Aside) > 0:
		return find(checkHooks, Failed, "aside", "files", strings.Join(f.Hooks.Aside, ", "), "error", f.Hooks.AsideError)
	case len(f.Hooks.Waits) > 0:
		return find(checkHooks, Warning, "waits", "files", strings.Join(f.Hooks.Waits, ", "), "first", f.Hooks.Waits[0])
	case f.Hooks.Own == 0:
		return find(checkHooks, OK, "shipped", "at", f.at(f.Hooks.Loaded))
	case len(f.Hooks.Replaced) > 0:
		return find(checkHooks, OK, "replaced", "own", strconv.Itoa(f.Hooks.Own), "files", strings.Join(f.Hooks.Replaced, ", "), "at", f.at(f.Hooks.Loaded))
	}
	return find(checkHooks, OK, "ok", "own", strconv.Itoa(f.Hooks.Own), "at", f.at(f.Hooks.Loaded))
}
