package luahooks

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"bellhop/hotel"
)

// Present reads the state as it is now, for what an earlier run did not read.
type Present interface {
	// Record gives the record at a key; false when there is none.
	Record(key string) (hotel.Record, bool)
	// Records gives those below a prefix, in the order of their keys.
	Records(prefix string) []hotel.Record
}

// pastView is the state as a unit saw it: what it read is answered from its
// record. What it did not read is looked up in the present, and noted, unless
// that is known to have been the same then. It implements [hotel.View].
type pastView struct {
	page    *hotel.PastPage
	reads   hotel.Reads
	state   uint64 // see [hotel.Done]; 0: not known
	present Present
	missed  []string // what came from the present
	lists   map[string]*pastList
}

// pastList is what a listing gave.
type pastList struct {
	values []hotel.PastValue
	// whole: each of them is known.
	whole bool
}

// newPastView makes the view of one unit, or of several of an event together.
func newPastView(page *hotel.PastPage, present Present, units ...hotel.Done) *pastView {
	v := &pastView{page: page, present: present, lists: map[string]*pastList{}}
	for i, d := range units {
		if i == 0 || d.State < v.state {
			v.state = d.State
		}
		if d.Reads == nil {
			continue
		}
		if v.reads.Keys == nil {
			v.reads.Keys, v.reads.Lists = map[string]uint64{}, map[string]string{}
		}
		maps.Copy(v.reads.Keys, d.Reads.Keys)
		maps.Copy(v.reads.Lists, d.Reads.Lists)
	}
	return v
}

func (v *pastView) miss(what string) {
	if len(v.missed) < maxMissed && !slices.Contains(v.missed, what) {
		v.missed = append(v.missed, what)
	}
}

// maxMissed bounds what is told of one run.
const maxMissed = 20

// Get implements [hotel.View].
func (v *pastView) Get(key string, into any) bool {
	if version, was := v.reads.Keys[key]; was {
		value, known := v.page.Values[version]
		switch {
		case version == 0:
			return false
		case known:
			return v.decode(key, value.Value, into)
		}
		return v.now(key, into)
	}
	if list := v.covering(key); list != nil {
		for _, value := range list.values {
			if value.Key == key {
				return v.decode(key, value.Value, into)
			}
		}
		if list.whole {
			return false
		}
	}
	return v.now(key, into)
}

// now answers from the present.
func (v *pastView) now(key string, into any) bool {
	r, ok := v.present.Record(key)
	if !ok || r.Version > v.state {
		v.miss(key)
	}
	return ok && v.decode(key, r.Value, into)
}

// decode reads a value. One of a form that this version does not know is none.
func (v *pastView) decode(key string, value []byte, into any) bool {
	if json.Unmarshal(value, into) != nil {
		v.miss(key)
		return false
	}
	return true
}

// covering is what the longest listing gave that has a key, or a prefix; nil:
// there was none.
func (v *pastView) covering(key string) *pastList {
	best := ""
	for prefix := range v.reads.Lists {
		if strings.HasPrefix(key, prefix) && len(prefix) >= len(best) && v.list(prefix) != nil {
			best = prefix
		}
	}
	if best == "" {
		return nil
	}
	return v.list(best)
}

// list is what a listing gave; nil when that is not known any more.
func (v *pastView) list(prefix string) *pastList {
	digest, was := v.reads.Lists[prefix]
	if !was {
		return nil
	}
	if l, there := v.lists[digest]; there {
		return l
	}
	var l *pastList
	if versions, known := v.page.Lists[digest]; known {
		l = &pastList{whole: true}
		for _, version := range versions {
			value, known := v.page.Values[version]
			if !known {
				l.whole = false
				continue
			}
			l.values = append(l.values, value)
		}
	}
	v.lists[digest] = l
	return l
}

// List implements [hotel.View].
func (v *pastView) List(prefix string, visit func(key string, decode func(into any) bool) bool) {
	each := func(key string, value []byte) bool {
		return visit(key, func(into any) bool { return v.decode(key, value, into) })
	}
	if list := v.covering(prefix); list != nil && (list.whole || len(list.values) > 0) {
		if !list.whole {
			v.miss(prefix)
		}
		for _, value := range list.values {
			if strings.HasPrefix(value.Key, prefix) && !each(value.Key, value.Value) {
				return
			}
		}
		return
	}
	v.miss(prefix) // what was removed since nobody knows
	for _, r := range v.present.Records(prefix) {
		if !each(r.Key, r.Value) {
			return
		}
	}
}
