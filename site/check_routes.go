package site

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"bellhop/config"
	"bellhop/pbx"
)

const checkRoutes = "pbx.routes"

// routes: is each name that [classes] and [emergency] use one of the PBX's?
func (f *Facts) routes() Finding {
	if finding, is := f.noPBX(checkRoutes); is {
		return finding
	}
	if finding, is := listed(checkRoutes, f.PBX.RoutesErr, pbx.AbleRoutes, f.PBX.Lacks); is {
		return finding
	}
	var existing []string
	for _, r := range f.PBX.Routes {
		existing = append(existing, r.Name)
	}
	wanted := map[string]bool{}
	for _, name := range f.Config.Emergency.Routes {
		wanted[name] = true
	}
	for _, routes := range f.Config.Classes {
		for _, name := range routes {
			wanted[name] = true
		}
	}
	if len(wanted) == 0 {
		return find(checkRoutes, Warning, "none", "routes", names(existing))
	}
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if slices.Contains(existing, name) {
			continue
		}
		text := strconv.Quote(name)
		if near := config.Nearest(name, existing); near != "" {
			text += fmt.Sprintf(" (→ %q)", near)
		}
		missing = append(missing, text)
	}
	if len(missing) > 0 {
		return find(checkRoutes, Failed, "missing", "missing", names(missing), "routes", orNone(names(existing)))
	}
	return find(checkRoutes, OK, "ok", "routes", strconv.Itoa(len(wanted)))
}

func orNone(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// listed answers a check whose list could not be had.
func listed(check string, err error, ability pbx.Ability, lacks []pbx.Ability) (Finding, bool) {
	switch {
	case slices.Contains(lacks, ability), errors.Is(err, pbx.ErrUnsupported):
		return find(check, Unknown, "unsupported"), true
	case err != nil:
		return find(check, Unknown, "not-listed", "error", err.Error()), true
	}
	return Finding{}, false
}

// dialled tells whether some route takes a number; known is false when that
// depends on a pattern that cannot be read.
func dialled(routes []pbx.Route, number string) (takes, known bool) {
	known = true
	for _, r := range routes {
		fits, readable := fitsPattern(r.Patterns, number)
		if fits {
			return true, true
		}
		known = known && readable
	}
	return false, known
}

// fitsPattern tells whether a number fits a pattern of outbound routes as
// Yeastar writes it: X is a digit, Z one of 1-9, N one of 2-9, [15-7] one of
// those, a final dot one digit or more, a final ! any number of them. readable
// is false for what is none of that.
func fitsPattern(pattern, number string) (fits, readable bool) {
	fits, readable = true, pattern != ""
	rest := strings.ToUpper(pattern)
	for rest != "" {
		var set string
		switch c := rest[0]; {
		case c == '.' && len(rest) == 1:
			return fits && number != "", readable
		case c == '!' && len(rest) == 1:
			return fits, readable
		case c == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return false, false
			}
			set, readable = digitsOf(rest[1:end])
			rest = rest[end:]
		default:
			set, readable = digitsOf(string(c))
		}
		if !readable {
			return false, false
		}
		rest = rest[1:]
		if number == "" || strings.IndexByte(set, number[0]) < 0 {
			fits = false
		}
		number = number[min(1, len(number)):]
	}
	return fits && number == "", readable
}

// digitsOf spells a part of a pattern out: a letter, or what stands between
// brackets.
func digitsOf(part string) (digits string, readable bool) {
	const all = "0123456789"
	switch part {
	case "X":
		return all, true
	case "Z":
		return all[1:], true
	case "N":
		return all[2:], true
	}
	for i := 0; i < len(part); i++ {
		from := strings.IndexByte(all, part[i])
		if part[i] == '*' || part[i] == '#' || part[i] == '+' {
			digits += part[i : i+1]
			continue
		}
		if from < 0 {
			return "", false
		}
		to := from
		if i+2 < len(part) && part[i+1] == '-' {
			to = strings.IndexByte(all, part[i+2])
			i += 2
		}
		if to < from {
			return "", false
		}
		digits += all[from : to+1]
	}
	return digits, digits != ""
}
