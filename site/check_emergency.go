package site

import (
	"slices"
	"strconv"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

const (
	checkEmergency       = "pbx.emergency"
	checkEmergencyPhones = "pbx.emergency.telephones"
)

// Emergency are the numbers for help where the box stands.
func Emergency(c config.Config) hotel.Emergency {
	return hotel.NewEmergency(c.Hotel.Country, c.Emergency.Numbers, c.Emergency.Prefixes)
}

// emergency: does some route take each number for help, as it is? Who needs help
// thinks of no outside prefix. It must be one of those routes that every
// telephone keeps, where they are named.
func (f *Facts) emergency() Finding {
	if finding, is := f.noRoutes(checkEmergency); is {
		return finding
	}
	routes := f.PBX.Routes
	if own := f.Config.Emergency.Routes; len(own) > 0 { // all that some telephones have
		routes = slices.DeleteFunc(slices.Clone(routes), func(r pbx.Route) bool { return !slices.Contains(own, r.Name) })
	}
	numbers := Emergency(f.Config).Numbers()
	var barred, unclear, shadowed []string
	for _, number := range numbers {
		switch takes, known := dialled(routes, number); {
		case takes:
		case known:
			barred = append(barred, number)
		default:
			unclear = append(unclear, number)
		}
		if slices.ContainsFunc(f.PBX.Extensions, func(e pbx.Extension) bool { return e.Number == number }) {
			shadowed = append(shadowed, number)
		}
	}
	switch {
	case len(barred) > 0:
		return find(checkEmergency, Failed, "barred", "numbers", names(barred))
	case len(shadowed) > 0:
		return find(checkEmergency, Warning, "shadowed", "numbers", names(shadowed))
	case len(unclear) > 0:
		return find(checkEmergency, Unknown, "unclear", "numbers", names(unclear))
	}
	return find(checkEmergency, OK, "ok", "numbers", names(numbers))
}

// noRoutes answers a check of the emergency numbers where they, or the PBX's
// routes, are not known.
func (f *Facts) noRoutes(check string) (Finding, bool) {
	if finding, is := f.noPBX(check); is {
		return finding, true
	}
	if finding, is := listed(check, f.PBX.RoutesErr, pbx.AbleRoutes, f.PBX.Lacks); is {
		return finding, true
	}
	if len(Emergency(f.Config).Numbers()) == 0 {
		return find(check, Unknown, "country", "country", f.Config.Hotel.Country), true
	}
	return Finding{}, false
}

// emergencyPhones: may each room's telephone take a route to each number? One
// route lists who may take it, so this needs no further question. A telephone
// whose call restriction is on may not, whatever the routes say.
func (f *Facts) emergencyPhones() Finding {
	if cut := f.PBX.Restricted; len(cut) > 0 { // whatever their routes
		return find(checkEmergencyPhones, Failed, "restricted", "count", strconv.Itoa(len(cut)), "phones", names(cut))
	}
	if finding, is := f.noRoutes(checkEmergencyPhones); is {
		return finding
	}
	if !slices.ContainsFunc(f.PBX.Routes, func(r pbx.Route) bool { return len(r.Extensions)+len(r.Groups) > 0 }) {
		return find(checkEmergencyPhones, Unknown, "not-said")
	}
	numbers := Emergency(f.Config).Numbers()
	phones := 0
	var cut []string
	for _, room := range f.Rooms {
		for _, phone := range room.Phones() {
			phones++
			own := slices.DeleteFunc(slices.Clone(f.PBX.Routes), func(r pbx.Route) bool {
				return !slices.Contains(r.Extensions, phone) && len(r.Groups) == 0 // it may be in one of them
			})
			if slices.ContainsFunc(numbers, func(number string) bool {
				takes, known := dialled(own, number)
				return known && !takes
			}) {
				cut = append(cut, phone)
			}
		}
	}
	switch {
	case phones == 0:
		return find(checkEmergencyPhones, Unknown, "no-rooms")
	case len(cut) > 0 && slices.ContainsFunc(f.Queue, func(w Waiting) bool { return w.To == "pbx" && f.Now.Sub(w.Since) < queueLate }):
		// Rooms were imported or confirmed just now: the mending is under way, and
		// would only be queued twice.
		return find(checkEmergencyPhones, Failed, "waiting", "count", strconv.Itoa(len(cut)), "phones", names(cut))
	case len(cut) > 0:
		return find(checkEmergencyPhones, Failed, "cut-off", "count", strconv.Itoa(len(cut)), "phones", names(cut))
	}
	return find(checkEmergencyPhones, OK, "ok", "phones", strconv.Itoa(phones))
}
