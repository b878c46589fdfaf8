package store

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// The buckets. meta is small enough to live inside the root page, so writing
// it costs no page of its own.
var (
	bucketJournal = []byte("journal")
	bucketMeta    = []byte("meta")
	keyMeta       = []byte("meta")
)

// meta is what the store knows of itself, written with each commit.
type meta struct {
	// ID is drawn when the database is made. It is part of each key that
	// leaves the box, so that a new database never reuses an old one's keys.
	ID     string `json:"id"`
	LastID uint64 `json:"lastID"` // the newest event
	Events uint64 `json:"events"` // kept events
	Bytes  uint64 `json:"bytes"`  // their keys and values
}

func (m *meta) read(tx *bbolt.Tx) error {
	b := tx.Bucket(bucketMeta)
	if b == nil || tx.Bucket(bucketJournal) == nil {
		return fmt.Errorf("buckets are missing")
	}
	value := b.Get(keyMeta)
	if value == nil {
		return fmt.Errorf("meta record is missing")
	}
	if err := json.Unmarshal(value, m); err != nil {
		return fmt.Errorf("read meta record: %w", err)
	}
	return nil
}

func (m *meta) write(tx *bbolt.Tx) error {
	value, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode meta record: %w", err)
	}
	return tx.Bucket(bucketMeta).Put(keyMeta, value)
}
