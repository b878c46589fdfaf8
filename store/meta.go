package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// The buckets. Numbers in keys are eight bytes, big-endian, so that the order
// of keys is the order of numbers.
//
//	journal   event id                        → the event
//	          event id, unit name             → '1' when the event is finished by it, else '0'; its done-record
//	names     as in journal                   → a record of the journal with the names of guests that it leaves out there
//	          event id, 0, bucket, 0, key     → a hook of the event may have written names there
//	merge     time (s, 4 bytes), digest of a merge key → event id
//	raw       event id                        → bytes of a report that could not be read
//	state     key (hotel.RoomKey …)           → version (8 bytes), JSON
//	postings  number                          → hotel.Posting
//	folios    stay 0 number                   → which postings are on a stay's folio
//	calls     event id                        → hotel.CallRecord
//	legs      callid 0 event id               → which records a telephone call has
//	outbox    id                              → a queued call
//	lanes     destination 0 urgency room 0 id → the place of a queued call in one of its lanes
//	later     not-before (ms), id             → instead, while it is too early for the call
//	latest    supersede name                  → id of the newest waiting call of that name
//	past      …                               → what hooks read, see bucketPast
//	parked    id                              → a call that waits for a person
//	ended     id                              → a call that ended otherwise than delivered
//	meta      "meta"                          → what the store knows of itself
//
// meta is small enough to live inside the root page, so writing it costs no
// page of its own.
var (
	bucketJournal  = []byte("journal")
	bucketNames    = []byte("names")
	bucketRaw      = []byte("raw")
	bucketState    = []byte("state")
	bucketPostings = []byte("postings")
	bucketFolios   = []byte("folios")
	bucketCalls    = []byte("calls")
	bucketOutbox   = []byte("outbox")
	bucketLanes    = []byte("lanes")
	bucketLater    = []byte("later")
	bucketLatest   = []byte("latest")
	bucketParked   = []byte("parked")
	bucketEnded    = []byte("ended")
	bucketMeta     = []byte("meta")
	keyMeta        = []byte("meta")
)

// buckets are all of them but meta.
var buckets = [][]byte{
	bucketJournal, bucketNames, bucketMerge, bucketRaw, bucketState, bucketPostings, bucketFolios, bucketCalls, bucketLegs,
	bucketOutbox, bucketLanes, bucketLater, bucketLatest, bucketParked, bucketEnded, bucketPast,
}

// newer are those that older versions did not have; a file that is only read
// may be one of theirs. Calls from before there were legs were not priced, so
// that nothing asks for theirs; what hooks read before there was past is lost.
var newer = [][]byte{bucketNames, bucketFolios, bucketLegs, bucketPast}

func isNewer(bucket []byte) bool {
	return slices.ContainsFunc(newer, func(name []byte) bool { return bytes.Equal(name, bucket) })
}

// meta is what the store knows of itself, written with each commit.
type meta struct {
	// ID is drawn when the database is made, and goes with it into its copies. It
	// is part of each key that leaves the box: see [callKeys].
	ID string `json:"id"`
	// Run is drawn whenever the database is opened for writing. A round of the
	// intake log counts only for the run that wrote it, and an attempt at a call
	// is remembered only by the run that made it.
	Run       string `json:"run"`
	Format    uint64 `json:"format,omitempty"` // see [Format]; 0 is 1: written before formats were counted
	Commit    uint64 `json:"commit"`           // commits so far
	Round     uint64 `json:"round"`            // newest round of the intake log that is of no use any more
	LastID    uint64 `json:"lastID"`           // the newest event
	Watermark uint64 `json:"watermark"`        // every event up to here is finished
	LastNext  uint64 `json:"lastNext"`         // the newest number given to a posting or call
	Version   uint64 `json:"version"`          // of the newest record of the state
	LastTime  int64  `json:"lastTime"`         // of the newest event while the clock was believed, Unix seconds
	Events    uint64 `json:"events"`           // kept events
	Bytes     int64  `json:"bytes"`            // keys and values of all buckets
	RawBytes  int64  `json:"rawBytes"`         // those of raw alone
	Waiting   uint64 `json:"waiting"`          // calls in outbox and later
	Parked    uint64 `json:"parked"`           // calls in parked
}

func (m *meta) read(tx *bbolt.Tx) error {
	b := tx.Bucket(bucketMeta)
	if b == nil {
		return fmt.Errorf("bucket %q is missing", bucketMeta)
	}
	// That of a newer program may have other buckets, and is not damaged.
	if err := refuseNewer(b.Get(keyMeta)); err != nil {
		return err
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil && !isNewer(name) {
			return fmt.Errorf("bucket %q is missing", name)
		}
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
