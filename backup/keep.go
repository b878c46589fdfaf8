package backup

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule says how many backups are kept: the newest of each of so many days, weeks
// and months of the hotel on which there are any. The newest of all always is.
type Rule struct{ Daily, Weekly, Monthly int }

// Keep gives those of the times that are to stay, newest first. What was not made
// while the box was off pushes nothing out.
func (r Rule) Keep(made []time.Time, zone *time.Location) (kept []time.Time) {
	made = slices.Clone(made)
	slices.SortFunc(made, func(a, b time.Time) int { return b.Compare(a) })
	spans := []span{
		{r.Daily, func(t time.Time) string { return t.Format(time.DateOnly) }, map[string]bool{}},
		{r.Weekly, func(t time.Time) string { year, week := t.ISOWeek(); return fmt.Sprint(year, "/", week) }, map[string]bool{}},
		{r.Monthly, func(t time.Time) string { return t.Format("2006-01") }, map[string]bool{}},
	}
	for i, t := range made {
		stays := i == 0
		for _, s := range spans {
			stays = s.takes(t.In(zone)) || stays // each is to count it
		}
		if stays {
			kept = append(kept, t)
		}
	}
	return kept
}

// span counts the days, weeks or months of which one is kept.
type span struct {
	most int
	name func(time.Time) string
	had  map[string]bool
}

// takes tells whether a backup is the newest of one of them.
func (s span) takes(t time.Time) bool {
	name := s.name(t)
	if s.had[name] || len(s.had) >= s.most {
		return false
	}
	s.had[name] = true
	return true
}

// The names of backups, which say when they were made, in UTC. Nothing else at a
// place is touched.
const (
	namePrefix   = "bellhop-"
	nameTime     = "20060102-150405"
	sealedSuffix = ".tar.gz.age"
	clearSuffix  = ".tar.gz"
)

// nameOf is what a backup is called.
func nameOf(made time.Time, clear bool) string {
	suffix := sealedSuffix
	if clear {
		suffix = clearSuffix
	}
	return namePrefix + made.UTC().Format(nameTime) + suffix
}

// madeIn reads the time in a backup's name.
func madeIn(name string) (made time.Time, ok bool) {
	text, begins := strings.CutPrefix(name, namePrefix)
	text, sealed := strings.CutSuffix(text, sealedSuffix)
	if !sealed {
		if text, ok = strings.CutSuffix(text, clearSuffix); !ok {
			return made, false
		}
	}
	made, err := time.Parse(nameTime, text)
	return made, begins && err == nil && made.Format(nameTime) == text
}
