package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

const (
	// maxPastPage bounds the values of one page; the last event may go beyond.
	maxPastPage = 1 << 20
	// pastLooks bounds the events that one transaction looks at.
	pastLooks = 500
)

// Past reads up to most events with an id above after that have been run, the
// oldest first, with what their units did and had read. Events that are not
// finished, and copies, are left out. It holds a transaction for one page; the
// next begins behind UpTo.
func (s *Store) Past(after uint64, most int) (hotel.PastPage, error) {
	r := pastReader{
		page:  hotel.PastPage{UpTo: after, Values: map[uint64]hotel.PastValue{}, Lists: map[string][]uint64{}},
		state: s.Snapshot(), watermark: s.published.Load().Watermark,
	}
	err := s.view(func(tx *bbolt.Tx) error {
		r.tx, r.past = tx, tx.Bucket(bucketPast)
		w := walkJournal(tx, after)
		for looks := 0; w.next(); looks++ {
			if looks == pastLooks || len(r.page.Events) >= most || r.size > maxPastPage {
				r.page.More = true
				return nil
			}
			if err := r.event(w); err != nil {
				return err
			}
			r.page.UpTo = w.id
		}
		return nil
	})
	return r.page, err
}

// pastReader fills a page.
type pastReader struct {
	tx        *bbolt.Tx
	past      *bbolt.Bucket // nil: the file is of an older version
	state     *Snapshot
	watermark uint64
	page      hotel.PastPage
	size      int
}

func (r *pastReader) event(w *journalWalk) error {
	if w.done[copyUnit] || !w.finished && w.id > r.watermark {
		return nil
	}
	var k kept
	if err := json.Unmarshal(whole(r.tx, number(w.id), w.event), &k); err != nil {
		return fmt.Errorf("read event %d: %w", w.id, err)
	}
	e := hotel.PastEvent{Event: k.Event, Units: map[string]hotel.Done{}}
	if k.Kind == hotel.KindRerun {
		subject, known := eventAt(r.tx, k.Subject())
		if !known {
			return nil // what it ran again has gone
		}
		e.Rerun = subject.DuplicateOf == 0
		e.Event = *k.Under(subject)
	}
	for name := range w.done {
		key := doneKey(w.id, name)
		var d hotel.Done
		if err := json.Unmarshal(whole(r.tx, key, r.tx.Bucket(bucketJournal).Get(key)[1:]), &d); err != nil {
			return fmt.Errorf("read unit %q of event %d: %w", name, w.id, err)
		}
		e.Units[name] = d
		r.reads(w.id, d.Reads)
	}
	r.size += len(w.event)
	r.page.Events = append(r.page.Events, e)
	return nil
}

// reads adds what a unit read, as far as it is known.
func (r *pastReader) reads(event uint64, reads *hotel.Reads) {
	if reads == nil {
		return
	}
	for key, version := range reads.Keys {
		if now, ok := r.state.root.Get([]byte(key)); ok && now.version == version {
			r.value(version, key, now.json)
		} else if version != 0 {
			r.copied(event, version)
		}
	}
	for prefix, digest := range reads.Lists {
		r.list(event, prefix, digest)
	}
}

func (r *pastReader) list(event uint64, prefix, digest string) {
	if _, there := r.page.Lists[digest]; there {
		return
	}
	now := map[uint64]copied{}
	short := []byte(nil)
	all, versions := below(r.state.root.Root(), prefix)
	for _, one := range all {
		now[one.version] = one
	}
	if listDigest(r.state.root.Root(), prefix) == digest {
		short = versions
	} else if key := pastListKey(blockOf(event), digest); key != nil && r.past != nil {
		short = r.past.Get(key)
	}
	if short == nil {
		return
	}
	r.page.Lists[digest] = versionsOf(short)
	r.size += len(short)
	for _, version := range r.page.Lists[digest] {
		if one, ok := now[version]; ok {
			r.value(version, one.key, one.json)
		} else {
			r.copied(event, version)
		}
	}
}

// copied adds a value that was copied when an event's unit read it.
func (r *pastReader) copied(event, version uint64) {
	if r.past == nil {
		return
	}
	if key, value, ok := decodePast(r.past.Get(pastKey(blockOf(event), version))); ok {
		r.value(version, string(key), value)
	}
}

func (r *pastReader) value(version uint64, key string, value []byte) {
	if _, there := r.page.Values[version]; there {
		return
	}
	r.page.Values[version] = hotel.PastValue{Key: key, Value: slices.Clone(value)}
	r.size += len(key) + len(value)
}

// FirstSince gives the id before the first event that is not older than a
// time, for [Store.Past] to begin behind. Events of a clock that was not
// believed then are passed over: they may lie before or behind it.
func (s *Store) FirstSince(at time.Time) (before uint64, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		first, _ := tx.Bucket(bucketJournal).Cursor().First()
		if len(first) < 8 {
			return nil
		}
		low, high := readNumber(first), s.published.Load().LastID+1
		for low < high {
			middle := low + (high-low)/2
			if id, younger := youngerFrom(tx, middle, at); younger {
				high = middle
			} else {
				low = id + 1
			}
		}
		before = max(low, 1) - 1
		return nil
	})
	return before, err
}

// youngerFrom looks at the first event from an id on whose time is sure, and
// tells whether it is not older than a time; so is the end of the journal. id is
// that event's, or the last that was looked at.
func youngerFrom(tx *bbolt.Tx, from uint64, at time.Time) (id uint64, younger bool) {
	w := walkJournal(tx, from-1)
	for looks := 0; w.next(); looks++ {
		var k kept
		if json.Unmarshal(w.event, &k) == nil && !k.Unsure || looks == pastLooks {
			return w.id, !k.Time.Before(at)
		}
	}
	return from, true
}

// Record reads a record of the state as it is now; false: there is none.
func (s *Store) Record(key string) (hotel.Record, bool) {
	r, ok := s.Snapshot().root.Get([]byte(key))
	return hotel.Record{Key: key, Version: r.version, Value: r.json}, ok
}

// Records reads those below a prefix as they are now, in the order of their keys.
func (s *Store) Records(prefix string) (all []hotel.Record) {
	walk(s.Snapshot().root.Root(), prefix, func(key string, r record) bool {
		all = append(all, hotel.Record{Key: key, Version: r.version, Value: r.json})
		return true
	})
	return all
}
