package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// postingKey turns P12 into a key that sorts by number.
func postingKey(id string) []byte {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, "P"), 10, 64)
	if err != nil {
		return []byte(id)
	}
	return number(n)
}

// folioKey is where it stands that a posting is on a stay's folio.
func folioKey(stay, id string) []byte { return append(folioPrefix(stay), postingKey(id)...) }

func folioPrefix(stay string) []byte { return append([]byte(stay), 0) }

func (c *commit) putPosting(p hotel.Posting) {
	c.put(bucketPostings, postingKey(p.ID), encode(p))
	if p.Stay != "" {
		c.put(bucketFolios, folioKey(p.Stay, p.ID), here)
	}
}

func (c *commit) removePosting(key []byte) {
	var p hotel.Posting
	if v := c.tx.Bucket(bucketPostings).Get(key); v != nil && json.Unmarshal(v, &p) == nil {
		c.remove(bucketFolios, folioKey(p.Stay, p.ID))
	}
	c.remove(bucketPostings, key)
}

// posting reads one; false when there is none, or none that can be read. A
// number alone is no id: it may be that of an event, and what one unit puts is
// found by its id.
func (c *commit) posting(id string) (p hotel.Posting, ok bool) {
	v := c.tx.Bucket(bucketPostings).Get(postingKey(id))
	if v == nil || json.Unmarshal(v, &p) != nil || p.ID != id {
		return hotel.Posting{}, false
	}
	return p, true
}

// PostingsOf visits a stay's postings, the newest first, as this unit or the
// newest commit left them.
func (d *draft) PostingsOf(stay string, visit func(hotel.Posting) bool) {
	own := map[string]hotel.Posting{} // by key
	for _, p := range d.postings {
		own[string(postingKey(p.ID))] = p
	}
	keys := slices.Collect(maps.Keys(own))
	prefix := folioPrefix(stay)
	cursor := d.c.tx.Bucket(bucketFolios).Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cursor.Next() {
		if key := string(k[len(prefix):]); own[key].ID == "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Backward(keys) {
		p, changed := own[key]
		if v := d.c.tx.Bucket(bucketPostings).Get([]byte(key)); !changed && (v == nil || json.Unmarshal(v, &p) != nil) {
			continue // another stay's, whose id holds a zero byte, or one that cannot be read
		}
		if p.Stay == stay && !visit(p) {
			return
		}
	}
}

// Posting reads one; false when there is none, or retention took it.
func (s *Store) Posting(id string) (p hotel.Posting, found bool, err error) {
	if id == "" {
		return p, false, nil
	}
	err = s.view(func(tx *bbolt.Tx) error {
		v := tx.Bucket(bucketPostings).Get(postingKey(id))
		if v == nil {
			return nil
		}
		if err := json.Unmarshal(v, &p); err != nil {
			found = true
			return fmt.Errorf("read posting %s: %w", id, err)
		}
		found = p.ID == id
		return nil
	})
	if !found {
		p = hotel.Posting{}
	}
	return p, found, err
}

// Folio reads the postings of a stay, oldest first, up to most of them, from
// the one behind after on; after is empty for the first of them.
func (s *Store) Folio(stay, after string, most int) ([]hotel.Posting, error) {
	var all []hotel.Posting
	err := s.view(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketFolios) == nil {
			return nil // an older version's file, only read
		}
		prefix := folioPrefix(stay)
		postings, cursor := tx.Bucket(bucketPostings), tx.Bucket(bucketFolios).Cursor()
		from := prefix
		if after != "" {
			from = folioKey(stay, after)
		}
		for k, _ := cursor.Seek(from); bytes.HasPrefix(k, prefix) && len(all) < most; k, _ = cursor.Next() {
			if after != "" && bytes.Equal(k, from) {
				continue
			}
			var p hotel.Posting
			v := postings.Get(k[len(prefix):])
			if v == nil {
				continue // another stay's, whose id holds a zero byte
			}
			if err := json.Unmarshal(v, &p); err != nil {
				return fmt.Errorf("read posting %x: %w", k[len(prefix):], err)
			}
			if p.Stay == stay {
				all = append(all, p)
			}
		}
		return nil
	})
	return all, err
}

// addFolios gives a file of an earlier version the bucket that it lacks, and the
// sums of the stays that it keeps. All of it is one commit: it is made whole, once.
func addFolios(tx *bbolt.Tx) error {
	folios, err := tx.CreateBucket(bucketFolios)
	if err != nil {
		return fmt.Errorf("create bucket %q: %w", bucketFolios, err)
	}
	var m meta
	if err := m.read(tx); err != nil {
		return err
	}
	var keys [][]byte
	sums := map[string]*hotel.Folio{}
	err = tx.Bucket(bucketPostings).ForEach(func(_, v []byte) error {
		var p hotel.Posting
		if json.Unmarshal(v, &p) != nil || p.Stay == "" {
			return nil
		}
		if sums[p.Stay] == nil && tx.Bucket(bucketState).Get([]byte(hotel.StayKey(p.Stay))) != nil {
			sums[p.Stay] = &hotel.Folio{}
		}
		if f := sums[p.Stay]; f != nil {
			f.Add(p)
		}
		keys = append(keys, folioKey(p.Stay, p.ID))
		return nil
	})
	slices.SortFunc(keys, bytes.Compare) // bbolt moves all that lies behind a key that is put before it
	for i := 0; err == nil && i < len(keys); i++ {
		m.Bytes += int64(len(keys[i]) + len(here))
		err = folios.Put(keys[i], here)
	}
	if err != nil {
		return fmt.Errorf("list the postings of each stay: %w", err)
	}
	if err := addSums(tx, &m, sums); err != nil {
		return err
	}
	return m.write(tx)
}

// addSums keeps what the postings of stays come to, where that is not known yet.
func addSums(tx *bbolt.Tx, m *meta, sums map[string]*hotel.Folio) error {
	state := tx.Bucket(bucketState)
	for _, stay := range slices.Sorted(maps.Keys(sums)) {
		key := []byte(hotel.FolioKey(stay))
		if state.Get(key) != nil {
			continue
		}
		m.Version++
		value := append(number(m.Version), encode(sums[stay])...)
		if err := state.Put(key, value); err != nil {
			return fmt.Errorf("sum up the postings of stay %q: %w", stay, err)
		}
		m.Bytes += int64(len(key) + len(value))
	}
	return nil
}
