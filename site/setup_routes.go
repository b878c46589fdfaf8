package site

import (
	"slices"
	"strings"

	"bellhop/config"
)

// RoutePlan is what a PBX's outbound routes are proposed for.
type RoutePlan struct {
	// Classes are the routes of each class of service; a class that would be the
	// same as a narrower one is left out. None, without Emergency.
	Classes map[string][]string
	// Emergency are the routes by which help is called.
	Emergency []string
	// Missing are the numbers for help that no route takes.
	Missing []string
	// Wide are those of Emergency that take other calls, too: every telephone
	// keeps those as well.
	Wide []string
	// Unplaced are routes that no class gets: what they take cannot be read, or
	// is none of the calls that classes are about.
	Unplaced []string
}

// reach is the dearest call that a route takes.
type reach int

const (
	reachNone reach = iota
	reachLocal
	reachNational
	reachInternational
)

var reachClasses = map[reach]string{reachLocal: "local", reachNational: "national", reachInternational: "international"}

// PlanRoutes proposes what each of a PBX's routes is for, by what may be dialled
// over it. A route belongs to the dearest call that it takes, so that nobody can
// dial more than his class says. For help the route is taken that takes the
// least besides.
func PlanRoutes(c config.Config, routes []NamedRoute) RoutePlan {
	plan := RoutePlan{}
	reaches := make([]reach, len(routes))
	unreadable := make([]bool, len(routes))
	for i, r := range routes {
		reaches[i], unreadable[i] = reachOf(c, r)
	}
	for _, number := range Emergency(c).Numbers() {
		best := -1
		for i, r := range routes {
			if takesNumber(r, number) && (best < 0 || reaches[i] < reaches[best]) {
				best = i
			}
		}
		if best < 0 {
			plan.Missing = append(plan.Missing, number)
			continue
		}
		if name := routes[best].Name; !slices.Contains(plan.Emergency, name) {
			plan.Emergency = append(plan.Emergency, name)
			if reaches[best] > reachNone {
				plan.Wide = append(plan.Wide, name)
			}
		}
	}
	plan.place(routes, reaches, unreadable)
	return plan
}

// place gives the classes their routes.
func (p *RoutePlan) place(routes []NamedRoute, reaches []reach, unreadable []bool) {
	var upTo []string
	classes := map[string][]string{}
	for _, of := range []reach{reachLocal, reachNational, reachInternational} {
		before := len(upTo)
		for i, r := range routes {
			if reaches[i] == of && !unreadable[i] && !slices.Contains(upTo, r.Name) {
				upTo = append(upTo, r.Name)
			}
		}
		if len(upTo) > before {
			classes[reachClasses[of]] = slices.Clone(upTo)
		}
	}
	for _, r := range routes {
		if !slices.Contains(upTo, r.Name) && !slices.Contains(p.Emergency, r.Name) {
			p.Unplaced = append(p.Unplaced, r.Name)
		}
	}
	if len(p.Emergency) > 0 { // without, nobody's routes may be touched
		p.Classes = classes
	}
}

func takesNumber(r NamedRoute, number string) bool {
	return slices.ContainsFunc(r.Patterns, func(pattern string) bool {
		fits, _ := fitsPattern(strings.TrimPrefix(pattern, "_"), number)
		return fits
	})
}

// reachOf is the dearest call that a route takes, by numbers such as are dialled
// there. A pattern that begins with the digit for an outside line takes what may
// follow it.
func reachOf(c config.Config, r NamedRoute) (most reach, unreadable bool) {
	for _, pattern := range r.Patterns {
		pattern = strings.TrimPrefix(pattern, "_")
		if _, readable := fitsPattern(pattern, "1"); !readable {
			unreadable = true
			continue
		}
		before := []string{""}
		for _, p := range c.Emergency.Prefixes {
			if strings.HasPrefix(pattern, p) {
				before = append(before, p)
			}
		}
		for _, prefix := range before {
			for of, numbers := range samples(c) {
				for _, number := range numbers {
					if fits, _ := fitsPattern(pattern, prefix+number); fits {
						most = max(most, of)
					}
				}
			}
		}
	}
	return most, unreadable || len(r.Patterns) == 0
}

// samples are numbers of each kind, as they are dialled in the hotel's country.
func samples(c config.Config) map[reach][]string {
	abroad, trunk := c.Tariff.International, c.Tariff.National
	if c.Hotel.Country == "US" || c.Hotel.Country == "CA" {
		abroad, trunk = "011", "1"
	}
	all := map[reach][]string{
		reachLocal:         {"13912345678"}, // a mobile telephone in China
		reachInternational: {abroad + "85291234567", abroad + "442071234567", abroad + "12125551234", abroad + "4930123456"},
	}
	for _, first := range "123456789" {
		digit := string(first)
		if first > '1' {
			all[reachLocal] = append(all[reachLocal], digit+"551234", digit+"5512345")
		}
		if trunk != "" {
			all[reachNational] = append(all[reachNational], trunk+digit+"12345678", trunk+digit+"123456789", trunk+digit+"1234567890")
		}
	}
	return all
}
