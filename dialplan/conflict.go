package dialplan

import (
	"slices"
	"strings"
)

// PBX is what numbers on a PBX mean already. What is not known is left empty.
type PBX struct {
	Extensions []string
	Features   []Feature
	Routes     []Route
	// Emergency are the numbers for help, such as "110".
	Emergency []string
	// OutsidePrefix asks for an outside line, such as "9"; empty: none is
	// needed.
	OutsidePrefix string
}

// Feature is a code that the PBX itself answers.
type Feature struct {
	Pattern string // as in a dialplan, without the underscore
	Name    string
}

// Route is an outbound route.
type Route struct {
	Name     string
	Patterns []string // as in a dialplan, without the underscore
}

// YeastarFeatures are the codes of a Yeastar S-series as it is delivered. They
// can be changed on its web page, which its API does not tell.
func YeastarFeatures() []Feature {
	return []Feature{
		{"*1", "one-touch recording"}, {"*2", "voicemail"}, {"*02", "voicemail of another"},
		{"*3", "attended transfer"}, {"*03", "blind transfer"}, {"*4", "call pickup"}, {"*04.", "call pickup of an extension"},
		{"*5.", "intercom: *5 and an extension"}, {"*6!", "call parking"},
		{"*7X!", "forwarding and do not disturb"}, {"*07X!", "forwarding and do not disturb off"},
		{"*8!", "hot desking and others"}, {"*9X!", "listening in"},
	}
}

// What [Services.Conflicts] finds.
const (
	ConflictExtension = "is-extension"
	ConflictAbout     = "hides-extension"
	ConflictFeature   = "is-feature"
	ConflictRoute     = "is-dialled-out"
	ConflictCatchAll  = "catch-all"
	ConflictEmergency = "is-emergency"
	ConflictPrefix    = "is-outside"
)

// Refused tells whether a finding of [Services.Conflicts] forbids the code. A
// route that takes everything does not: the makers' own guide has one, as our
// numbers stand where the PBX looks first.
func (f Finding) Refused() bool { return f.Fault != ConflictCatchAll }

// Conflicts finds what on the PBX is in the way of the numbers that these
// services answer.
func (s Services) Conflicts(pbx PBX) []Finding {
	var found []Finding
	add := func(fault, number, object string) {
		found = append(found, Finding{Fault: fault, Subject: number, Object: object})
	}
	for _, number := range s.DialledNumbers() {
		if slices.Contains(pbx.Extensions, number) {
			add(ConflictExtension, number, "")
		}
		for _, extension := range pbx.Extensions {
			if number == s.Codes.Confirm && matches(s.aboutRoom(), extension) {
				add(ConflictAbout, number, extension)
			}
		}
		if slices.ContainsFunc(pbx.Emergency, func(help string) bool { return strings.HasPrefix(help, number) }) {
			add(ConflictEmergency, number, "")
		}
		if pbx.OutsidePrefix != "" && strings.HasPrefix(number, pbx.OutsidePrefix) {
			add(ConflictPrefix, number, pbx.OutsidePrefix)
		}
		for _, f := range pbx.Features {
			if matchesPattern(f.Pattern, number) {
				add(ConflictFeature, number, f.Name)
			}
		}
		for _, r := range pbx.Routes {
			if fault := r.takes(number); fault != "" {
				add(fault, number, r.Name)
			}
		}
	}
	return found
}

// takes judges whether a route dials a number out; the worst of its patterns
// counts.
func (r Route) takes(number string) string {
	fault := ""
	for _, pattern := range r.Patterns {
		pattern = strings.TrimPrefix(strings.TrimSpace(pattern), "_")
		switch {
		case !matchesPattern(pattern, number):
		case isCatchAll(pattern):
			if fault == "" {
				fault = ConflictCatchAll
			}
		default:
			return ConflictRoute
		}
	}
	return fault
}

// isCatchAll tells whether a pattern takes nearly any number of any length,
// such as X. or Z. or a bare dot.
func isCatchAll(pattern string) bool {
	if !strings.HasSuffix(pattern, ".") && !strings.HasSuffix(pattern, "!") {
		return false
	}
	return strings.Trim(pattern[:len(pattern)-1], "XxZzNn") == ""
}
