package luahooks

import (
	"encoding/json"
	"slices"
	"strings"

	"bellhop/hotel"
)

// wantedByHook is what hooks want of a list of effects: without what the agent
// adds (a failed unit is parked, one that ran again is not parked any more), and
// of several values for one key of bellhop.kv the last.
func wantedByHook(effects []hotel.Effect) (all []hotel.Effect) {
	last := map[string]int{}
	for i, e := range effects {
		if e.KV != nil {
			last[hotel.KVKey(e.KV.Hook, e.KV.Key)] = i
		}
	}
	for i, e := range effects {
		switch {
		case e.Unpark != nil, e.Park != nil, e.Alert != nil && e.Alert.Code == hotel.AlertHookFailed:
		case e.KV != nil && last[hotel.KVKey(e.KV.Hook, e.KV.Key)] != i:
		default:
			all = append(all, e)
		}
	}
	return all
}

// difference takes out what two lists of effects have in common, in whatever
// order it stands.
func difference(was, would []hotel.Effect) (onlyWas, onlyWould []hotel.Effect) {
	left := map[string]int{}
	for _, e := range would {
		left[normal(e)]++
	}
	common := map[string]int{}
	for _, e := range was {
		if text := normal(e); left[text] > 0 {
			left[text]--
			common[text]++
		} else {
			onlyWas = append(onlyWas, e)
		}
	}
	for _, e := range would {
		if text := normal(e); common[text] > 0 {
			common[text]--
		} else {
			onlyWould = append(onlyWould, e)
		}
	}
	return onlyWas, onlyWould
}

// Between says how what a newer version of a file wants for an event compares with
// what an older one wants, by what a replay of each shows; nil: it showed nothing.
// What happened then is not asked for: both may differ from it in the same way.
func Between(older, newer *Replayed) (r Replayed) {
	var o, n Replayed
	if older != nil {
		o, r = *older, *older
	}
	if newer != nil {
		n, r = *newer, *newer
	}
	r.Was, r.Would = difference(slices.Concat(o.Would, n.Was), slices.Concat(n.Would, o.Was))
	r.Failed, r.Error = o.Error, n.Error
	r.Approximate = o.Approximate || n.Approximate
	switch {
	case o.State == ReplayUnknown || n.State == ReplayUnknown:
		r.State = ReplayUnknown
	case r.Error != "" && r.Failed == "":
		r.State = ReplayFailed
	case len(r.Was)+len(r.Would) == 0 && (r.Error == "") == (r.Failed == ""):
		r.State = ReplaySame
	case len(r.Was) == 0:
		r.State = ReplayNew
	case len(r.Would) == 0:
		r.State = ReplayGone
	default:
		r.State = ReplayChanged
	}
	return r
}

// normal is the form in which effects are compared: JSON with sorted names, and
// so is JSON that lies within.
func normal(e hotel.Effect) string {
	if e.HTTP != nil {
		post := *e.HTTP
		post.Body = sortedJSON(post.Body)
		e.HTTP = &post
	}
	if e.KV != nil && e.KV.Value != nil {
		set := *e.KV
		value := sortedJSON(*set.Value)
		set.Value = &value
		e.KV = &set
	}
	text, _ := json.Marshal(e) // our own types always encode
	return sortedJSON(string(text))
}

// sortedJSON is JSON with sorted names; what is none stays as it is.
func sortedJSON(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var all any
	if d.Decode(&all) != nil || d.More() {
		return text
	}
	sorted, err := json.Marshal(all)
	if err != nil {
		return text
	}
	return string(sorted)
}

// KindOf is the name of what an effect is, as it stands in its JSON.
func KindOf(e hotel.Effect) string {
	text, _ := json.Marshal(e)
	var names map[string]json.RawMessage
	if json.Unmarshal(text, &names) == nil {
		for name := range names {
			return name
		}
	}
	return ""
}

// ReplayCount counts effects of one kind that would be otherwise.
type ReplayCount struct {
	Changed int `json:"changed"`
	New     int `json:"new"`
	Gone    int `json:"gone"`
}

// All is how many they are together.
func (c ReplayCount) All() int { return c.Changed + c.New + c.Gone }

// ReplaySum is what a replay comes to. What is approximate is counted by itself,
// and is in none of the other numbers.
type ReplaySum struct {
	Events  int `json:"events"` // that were looked at
	Runs    int `json:"runs"`   // of a hook file for an event
	Same    int `json:"same"`
	Changed int `json:"changed"`
	New     int `json:"new"`
	Gone    int `json:"gone"`
	Failed  int `json:"failed"`
	// Approximate are those that differ, or may, where what was read is not known any more.
	Approximate int `json:"approximate"`
	// Effects counts what would be otherwise, by kind of effect.
	Effects map[string]ReplayCount `json:"effects,omitempty"`
	// Was and Would are the amounts of the charges that would be otherwise, as
	// hooks gave them, in the currency's minor unit.
	Was   int64 `json:"was"`
	Would int64 `json:"would"`
	// About is by how much charges would be more where it is approximate.
	About int64 `json:"approximateTotal"`
}

// Differences is how many runs are known to differ.
func (s *ReplaySum) Differences() int { return s.Changed + s.New + s.Gone + s.Failed }

// Total is by how much charges would be more.
func (s *ReplaySum) Total() int64 { return s.Would - s.Was }

// Add counts one result.
func (s *ReplaySum) Add(r *Replayed) {
	s.Runs++
	switch {
	case r.State == ReplaySame:
		s.Same++
		return
	case !r.Differs():
		s.Approximate++
		s.About += charged(r.Would) - charged(r.Was)
		return
	case r.State == ReplayChanged:
		s.Changed++
	case r.State == ReplayNew:
		s.New++
	case r.State == ReplayGone:
		s.Gone++
	case r.State == ReplayFailed:
		s.Failed++
	}
	was, would := byKind(r.Was), byKind(r.Would)
	if s.Effects == nil {
		s.Effects = map[string]ReplayCount{}
	}
	for _, kind := range kindsOf(r.Was, r.Would) {
		c := s.Effects[kind]
		both := min(was[kind], would[kind])
		c.Changed, c.Gone, c.New = c.Changed+both, c.Gone+was[kind]-both, c.New+would[kind]-both
		s.Effects[kind] = c
	}
	s.Was, s.Would = s.Was+charged(r.Was), s.Would+charged(r.Would)
}

func byKind(effects []hotel.Effect) map[string]int {
	counts := map[string]int{}
	for _, e := range effects {
		counts[KindOf(e)]++
	}
	return counts
}

func kindsOf(lists ...[]hotel.Effect) (kinds []string) {
	for _, e := range slices.Concat(lists...) {
		kinds = append(kinds, KindOf(e))
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func charged(effects []hotel.Effect) (sum int64) {
	for _, e := range effects {
		if e.Post != nil {
			sum += e.Post.Amount
		}
	}
	return sum
}
