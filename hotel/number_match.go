package hotel

import (
	"fmt"
	"strings"
)

// NumberMatch tells which telephones' numbers are meant by patterns.
type NumberMatch struct {
	patterns []string
}

// maxPatterns bounds a list of them.
const maxPatterns = 100

// ParseNumberMatch reads patterns that are parted by commas or blanks: digits,
// where x is any digit and a star at the end whatever follows ("1xx", "12*"),
// and ranges of numbers of one length ("1201-1248"). None: every number is meant.
func ParseNumberMatch(text string) (NumberMatch, error) {
	var m NumberMatch
	for _, p := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ' ' }) {
		from, to, isRange := strings.Cut(p, "-")
		switch {
		case isRange && (!isNumber(from, maxRoomDigits) || !isNumber(to, maxRoomDigits) || len(from) != len(to) || to < from):
			return m, fmt.Errorf("%q must be a range of numbers of one length, such as 1201-1248", p)
		case !isRange && strings.Trim(strings.TrimSuffix(p, "*"), "0123456789x") != "":
			return m, fmt.Errorf("%q must be digits, with x for any one and a star at the end for whatever follows, such as 1xx", p)
		case len(m.patterns) == maxPatterns:
			return m, fmt.Errorf("there are more than %d patterns", maxPatterns)
		}
		m.patterns = append(m.patterns, p)
	}
	return m, nil
}

// Takes tells whether a number is meant.
func (m NumberMatch) Takes(number string) bool {
	for _, p := range m.patterns {
		if takes(p, number) {
			return true
		}
	}
	return len(m.patterns) == 0
}

func takes(pattern, number string) bool {
	if from, to, isRange := strings.Cut(pattern, "-"); isRange {
		return len(number) == len(from) && number >= from && number <= to
	}
	pattern, open := strings.CutSuffix(pattern, "*")
	if len(number) < len(pattern) || !open && len(number) > len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != number[i] && pattern[i] != 'x' {
			return false
		}
	}
	return true
}
