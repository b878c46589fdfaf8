package hotel

import (
	"fmt"
	"slices"
	"strconv"
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
		case isRange && isNumber(from, maxRoomDigits) && isNumber(to, maxRoomDigits) && len(from) == len(to) && to < from:
			return m, fmt.Errorf("%q runs backwards: write %s-%s", p, to, from)
		case isRange && (!isNumber(from, maxRoomDigits) || !isNumber(to, maxRoomDigits) || len(from) != len(to)):
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

// Without gives what of the patterns no number fits: of a range the gaps, and any
// other pattern as it stands.
func (m NumberMatch) Without(numbers []string) []string {
	var lacks []string
	for _, p := range m.patterns {
		from, to, isRange := strings.Cut(p, "-")
		switch {
		case isRange:
			lacks = append(lacks, gaps(from, to, numbers)...)
		case !slices.ContainsFunc(numbers, func(number string) bool { return takes(p, number) }):
			lacks = append(lacks, p)
		}
	}
	return lacks
}

// gaps are the ranges of numbers of one length that are not there.
func gaps(from, to string, numbers []string) []string {
	var lacks []string
	next, _ := strconv.Atoi(from) // both are digits, and few
	last, _ := strconv.Atoi(to)
	gap := func(until int) {
		first, end := fmt.Sprintf("%0*d", len(from), next), fmt.Sprintf("%0*d", len(from), until)
		switch {
		case next == until:
			lacks = append(lacks, first)
		case next < until:
			lacks = append(lacks, first+"-"+end)
		}
	}
	there := slices.DeleteFunc(slices.Clone(numbers), func(number string) bool {
		return !isNumber(number, maxRoomDigits) || !takes(from+"-"+to, number)
	})
	slices.Sort(there)
	for _, number := range there {
		n, _ := strconv.Atoi(number)
		gap(n - 1)
		next = n + 1
	}
	gap(last)
	return lacks
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
