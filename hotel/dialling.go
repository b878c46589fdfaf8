package hotel

import (
	"slices"
	"strings"
)

// Dialling says how a number stands in call records, so that one number has one
// form however it was dialled: the international one with a plus, and a
// national one as it is dialled within the country.
type Dialling struct {
	// Outside are what is dialled for an outside line and stands before the
	// number in call records, such as "9". One of them is taken off, once, and so
	// is, before or behind it, one with a star or hash.
	Outside []string
	// International is dialled before a country's code; empty: "00".
	International string
	// Country is the hotel's own country's code, such as "86", and National what
	// is dialled in its place within the country, such as "0" or nothing.
	// Without Country, numbers of the own country stay as they are.
	Country  string
	National string
}

// Number gives the one form of a number as a call record has it.
func (d Dialling) Number(dialled string) string {
	number := bare(dialled)
	service := isService(number)
	return d.prefix(d.without(d.without(number, service), !service))
}

// identity are the codes that hide the caller's number from whom he calls, or show
// it, for one call (3GPP TS 22.030, Annex B). They change nothing of where a call
// goes, nor of what it costs.
var identity = []string{"#31#", "*31#"}

// isService tells whether a code asks the exchange for something, and not for a
// line.
func isService(code string) bool { return strings.HasPrefix(code, "*") || strings.HasPrefix(code, "#") }

// prefix gives the form of a number, or of the beginning of one, that stands
// without a code for an outside line.
func (d Dialling) prefix(number string) string {
	international := d.International
	if international == "" {
		international = "00"
	}
	if rest, is := strings.CutPrefix(number, international); is {
		number = "+" + rest
	}
	if rest, is := strings.CutPrefix(number, "+"+d.Country); is && d.Country != "" {
		number = d.National + rest
	}
	return number
}

// without takes the longest code that stands before a number off, of a line's or of
// a service's; never all of it.
func (d Dialling) without(number string, service bool) string {
	best := ""
	for _, code := range slices.Concat(d.Outside, identity) {
		if isService(code) == service && len(code) > len(best) && len(code) < len(number) && strings.HasPrefix(number, code) {
			best = code
		}
	}
	return number[len(best):]
}

// bare drops what people write between digits, and a plus that is not the first.
func bare(number string) string {
	var b strings.Builder
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9', r == '*', r == '#', r == '+' && b.Len() == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}
