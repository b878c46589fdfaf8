package hotel

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Names of guests stand in few records, and a record that has one lies apart
// from those that stay: the journal keeps the event and what its units did
// without names, beside it lies the whole, and that is removed when nobody
// needs the name any more (store.keep_names).

// Removed stands where the name of a guest was that has been removed.
const Removed = "(removed)"

// nameOf is a name as it was given; none for one that has been removed.
func nameOf(text string) string {
	if text == Removed {
		return ""
	}
	return text
}

// HasNames tells whether an event may hold names of guests. What is in a report
// that nobody understands is not known, so it may.
func (e *Event) HasNames() bool {
	switch {
	case e.Named, e.FirstGuests != nil:
		return true
	case e.Kind == KindCheckIn:
		return nameOf(e.Fields["name"]) != ""
	case e.Kind == KindUnknown:
		return slices.ContainsFunc(slices.Collect(maps.Keys(e.Fields)), func(key string) bool { return key != "error" })
	}
	return e.Phone != nil && e.Phone.hasNames()
}

// WithoutNames is the event with [Removed] in place of each name.
func (e *Event) WithoutNames() Event {
	bare := *e
	switch {
	case e.Named:
		bare.Fields = hiding(e.Fields, "reply", "url", "error")
	case e.Kind == KindCheckIn:
		bare.Fields = hiding(e.Fields, "name")
	case e.Kind == KindUnknown:
		bare.Fields = hiding(e.Fields, slices.DeleteFunc(slices.Collect(maps.Keys(e.Fields)), func(key string) bool { return key == "error" })...)
	}
	bare.FirstGuests, bare.Phone = e.FirstGuests.withoutNames(), e.Phone.withoutNames()
	return bare
}

// hiding is a copy of fields with [Removed] in place of some.
func hiding(fields map[string]string, names ...string) map[string]string {
	bare := maps.Clone(fields)
	for _, name := range names {
		if bare[name] != "" {
			bare[name] = Removed
		}
	}
	return bare
}

func (o *FirstGuests) withoutNames() *FirstGuests {
	if o == nil {
		return nil
	}
	bare := &FirstGuests{From: o.From, Stays: slices.Clone(o.Stays)}
	for i := range bare.Stays {
		s := &bare.Stays[i]
		if s.Name != "" {
			s.Name = Removed
		}
		s.Shows = hiding(s.Shows, slices.Collect(maps.Keys(s.Shows))...)
	}
	return bare
}

// settings are those of a note that may hold a name.
func (n *PhoneNote) settings() []*PhoneSettings {
	all := []*PhoneSettings{&n.Before, &n.Ours, &n.Found}
	if n.Leaving != nil {
		all = append(all, n.Leaving)
	}
	return all
}

// hasNames tells whether the note has a name that is not the telephone's number.
// Whether it is a guest's or the house's, nobody knows.
func (n *PhoneNote) hasNames() bool {
	return slices.ContainsFunc(n.settings(), func(s *PhoneSettings) bool {
		return s.Name != nil && *s.Name != n.Extension && nameOf(*s.Name) != ""
	})
}

func (n *PhoneNote) withoutNames() *PhoneNote {
	if n == nil {
		return nil
	}
	bare := *n
	if n.Leaving != nil {
		leaving := *n.Leaving
		bare.Leaving = &leaving
	}
	removed := Removed
	for _, s := range bare.settings() {
		if s.Name != nil && *s.Name != n.Extension {
			s.Name = &removed
		}
	}
	return &bare
}

// Names are those that the event gives its guests, the longest first: what hooks
// may have written elsewhere.
func (e *Event) Names() (names []string) {
	if e.Kind == KindCheckIn {
		names = append(names, strings.TrimSpace(nameOf(e.Fields["name"])))
	}
	if e.FirstGuests != nil {
		for _, s := range e.FirstGuests.Stays {
			names = append(names, strings.TrimSpace(nameOf(s.Name)))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}

// HasNames tells whether the unit wants a guest checked in by name.
func (d Done) HasNames() bool {
	return slices.ContainsFunc(d.Effects, func(e Effect) bool { return e.CheckIn != nil && nameOf(e.CheckIn.Name) != "" })
}

// WithoutNames is the record of a unit of an event that has names, and whether
// it differs. Of what a hook did nobody knows where the name is: nothing of it is
// left but when, and by which source.
func (d Done) WithoutNames(unit string) (bare Done, differs bool) {
	if unit != RulesUnit {
		differs = d.Reads != nil || d.Answers != nil || d.Effects != nil || d.Error != "" || d.Log != nil
		return Done{Version: d.Version, Time: d.Time, Seed: d.Seed, Removed: differs}, differs
	}
	bare = d
	bare.Effects = slices.Clone(d.Effects)
	for i := range bare.Effects {
		e := &bare.Effects[i]
		switch {
		case e.CheckIn != nil && e.CheckIn.Name != "":
			c := *e.CheckIn
			c.Name = Removed
			e.CheckIn, differs = &c, true
		case e.FirstGuests != nil:
			e.FirstGuests, differs = e.FirstGuests.withoutNames(), true
		case e.Phone != nil && e.Phone.hasNames():
			e.Phone, differs = e.Phone.withoutNames(), true
		}
	}
	return bare, differs
}

// NamesDue tells whether the names of an event are to go: it is old, and one of
// the guests whom it names has left as long ago. Of several one is enough, as
// who is in house has the name in the own record, too. A note about a telephone
// names none: it goes by its age alone. A time that is yet to come was by a clock
// that was wrong.
func (e *Event) NamesDue(v View, now time.Time, keep time.Duration) bool {
	old := func(at time.Time) bool { return at.Before(now.Add(-keep)) || at.After(now) }
	if !old(e.Time) {
		return false
	}
	known := false
	for _, id := range e.stays() {
		var s Stay
		if !v.Get(StayKey(id), &s) {
			continue
		}
		if known = true; s.State == StayDeparted && old(s.CheckOut) {
			return true
		}
	}
	return !known
}

// stays are those that the event may have begun.
func (e *Event) stays() (ids []string) {
	made := "S" + strconv.FormatUint(e.ID, 10) // see newStay
	if e.Kind == KindCheckIn {
		return []string{cmp.Or(e.Fields["stay"], made)}
	}
	if e.FirstGuests == nil {
		return nil
	}
	for n, s := range e.FirstGuests.Stays {
		switch {
		case s.Stay != "":
			ids = append(ids, s.Stay)
		case n == 0:
			ids = append(ids, made)
		default:
			ids = append(ids, made, made+"-"+strconv.Itoa(n+1))
		}
	}
	return ids
}

// GuestDue tells whether the name of a stay is to go: it ended long ago.
func GuestDue(v View, stay string, now time.Time, keep time.Duration) bool {
	var s Stay
	if !v.Get(StayKey(stay), &s) {
		return true
	}
	return s.State == StayDeparted && (s.CheckOut.Before(now.Add(-keep)) || s.CheckOut.After(now))
}

// ReplaceNames puts [Removed] where one of the names stands as a word of its own.
// In writing without blanks every place is one.
func ReplaceNames(text string, names []string) string { return replaceWords(text, names, Removed) }

func replaceWords(text string, words []string, with string) string {
	for _, name := range words {
		var b strings.Builder
		for rest := text; ; {
			at := strings.Index(rest, name)
			if at < 0 {
				text = b.String() + rest
				break
			}
			end := at + len(name)
			before, _ := utf8.DecodeLastRuneInString(text[:len(text)-len(rest)+at])
			first, width := utf8.DecodeRuneInString(name)
			last, _ := utf8.DecodeLastRuneInString(name)
			after, _ := utf8.DecodeRuneInString(rest[end:])
			if joined(before, first) || joined(last, after) {
				b.WriteString(rest[:at+width])
				rest = rest[at+width:]
				continue
			}
			b.WriteString(rest[:at] + with)
			rest = rest[end:]
		}
	}
	return text
}

// joined tells whether two letters that follow each other are within one word.
func joined(a, b rune) bool {
	in := func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) && r != utf8.RuneError
	}
	return in(a) && in(b)
}

// ReplaceNamesInJSON is [ReplaceNames] for each text of a JSON value; what is no
// JSON stays as it is.
func ReplaceNamesInJSON(value []byte, names []string) []byte {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var all any
	if d.Decode(&all) != nil {
		return value
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(replaceIn(all, names)) != nil {
		return value
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func replaceIn(value any, names []string) any {
	switch v := value.(type) {
	case string:
		return ReplaceNames(v, names)
	case []any:
		for i := range v {
			v[i] = replaceIn(v[i], names)
		}
	case map[string]any:
		bare := make(map[string]any, len(v))
		for key, x := range v {
			bare[ReplaceNames(key, names)] = replaceIn(x, names)
		}
		return bare
	}
	return value
}
