package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.etcd.io/bbolt"
)

// compactSuffix names the new file until it takes the old one's place.
const compactSuffix = ".compacting"

const (
	// compactChunk is how many bytes are read in one transaction and written in
	// another: a long one would keep the writer from making the file larger.
	compactChunk = 1 << 20
	// compactSync is how many bytes are written before they are synced, so that
	// the disk is not busy with many at once when a push waits for it.
	compactSync = 8 << 20
	// fewChanged are put into the new file while the writer waits.
	fewChanged = 200
	// mostChanged bounds what is noted meanwhile; beyond it the compaction fails.
	mostChanged = 100_000
	// catchUps bounds how often what has changed meanwhile is followed before
	// the writer has to wait for it, be it much.
	catchUps = 20
	// compactSpare is what the disk keeps free beside the new file, for what
	// comes in meanwhile.
	compactSpare = 32 << 20
)

// Waste is the size of the database file and the part of it that holds
// nothing, in bytes.
func (s *Store) Waste() (size, free int64) {
	s.file.RLock()
	defer s.file.RUnlock()
	st := s.db.Stats()
	_ = s.in(s.db.View, func(tx *bbolt.Tx) error {
		// Info looks at the map of the file, which stays only while it is read.
		size, free = tx.Size(), int64(st.FreePageN+st.PendingPageN)*int64(tx.DB().Info().PageSize)
		return nil
	})
	return size, free
}

// Compact writes the database anew without its free pages and puts it in the
// old one's place. It blocks until that is done, some minutes for a large file
// on an SD card; what comes meanwhile is kept and committed as ever. The disk
// needs room for the new file beside the old one. When it fails the old file
// goes on being used.
//
// Keys are copied in short read transactions, while commits go on. Each commit
// notes the keys that it changes; those are copied again, until so few are left
// that the writer can wait for them. Then the files change places between two
// commits.
func (s *Store) Compact(ctx context.Context) error {
	s.compacting.Lock()
	defer s.compacting.Unlock()
	if err := s.roomToCopy(filepath.Dir(s.path)); err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	db, err := newFile(s.path + compactSuffix)
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	p := &copying{store: s, ctx: ctx, db: db}
	old, err := p.run(p.swap)
	s.copying.Store(nil)
	if old == nil {
		return errors.Join(fmt.Errorf("compact: %w", err), db.Close(), removeIfThere(s.path+compactSuffix))
	}
	return errors.Join(err, old.Close())
}

// roomToCopy refuses when the new file would fill the disk of a folder.
func (s *Store) roomToCopy(folder string) error {
	size, free := s.Waste()
	room, known := s.diskFree(folder)
	if need := size - free + compactSpare; known && room < need {
		return fmt.Errorf("the disk has %d bytes free, and the new file needs %d", room, need)
	}
	return nil
}

// copying is a compaction, or a backup, under way. run is its goroutine; note,
// and the end of run, are called by the writer.
type copying struct {
	store   *Store
	ctx     context.Context
	db      *bbolt.DB // the new file
	unsaved int       // bytes written since the last sync

	mu      sync.Mutex
	changed changes // since they were last copied
	tooMany bool
}

// run fills the new file. end is called by the writer between two commits, and
// completes it; what it gives back is given back.
func (p *copying) run(end func() (*bbolt.DB, error)) (old *bbolt.DB, err error) {
	if err := p.db.Update(makeBuckets); err != nil {
		return nil, err
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	for _, name := range buckets {
		if err := p.bucket(name); err != nil {
			return nil, err
		}
	}
	for range catchUps {
		copied, err := p.again()
		if err != nil {
			return nil, err
		}
		if copied <= fewChanged {
			break
		}
	}
	if err := p.db.Sync(); err != nil {
		return nil, err
	}
	// Once handed over it is the writer's: what ctx says does not count any more.
	err = p.store.send(context.WithoutCancel(p.ctx), p.store.requests, &request{
		apply: func(*commit) error { return nil },
		after: func() (err error) { old, err = end(); return err },
		done:  make(chan error, 1),
	})
	return old, err
}

// begin makes the commits from the next one on note what they change.
func (p *copying) begin() error {
	return p.store.do(context.WithoutCancel(p.ctx), func(c *commit) error {
		c.kept = append(c.kept, func() { p.store.copying.Store(p) })
		return nil
	})
}

// bucket copies one from its first key to its last, and between its parts what
// has changed in any.
func (p *copying) bucket(name []byte) error {
	for from, more := []byte(nil), true; more; {
		if err := p.ended(); err != nil {
			return err
		}
		var all []pair
		err := p.store.view(func(tx *bbolt.Tx) error {
			all, from, more = chunk(tx.Bucket(name), name, from)
			return nil
		})
		if err != nil {
			return err
		}
		if err := p.write(all); err != nil {
			return err
		}
		if p.store.copied != nil {
			p.store.copied()
		}
		if _, err := p.again(); err != nil {
			return err
		}
	}
	return nil
}

// ended says why it is not worth going on, if so.
func (p *copying) ended() error {
	select {
	case <-p.store.stop:
		return ErrClosed
	default:
		return p.ctx.Err()
	}
}

// pair is a key of a bucket; value is nil when it is not there.
type pair struct{ bucket, key, value []byte }

// chunk reads pairs from a key on, the next key, and whether there is one.
func chunk(b *bbolt.Bucket, name, from []byte) (all []pair, next []byte, more bool) {
	cursor, size := b.Cursor(), 0
	k, v := cursor.Seek(from)
	for ; k != nil && size < compactChunk; k, v = cursor.Next() {
		all = append(all, pair{name, bytes.Clone(k), append([]byte{}, v...)})
		size += len(k) + len(v)
	}
	return all, bytes.Clone(k), k != nil
}

// write puts pairs into the new file, in one transaction.
func (p *copying) write(all []pair) error {
	err := guarded(func() error {
		return p.db.Update(func(tx *bbolt.Tx) error {
			for _, one := range all {
				if err := one.put(tx); err != nil {
					return fmt.Errorf("copy %s: %w", one.bucket, err)
				}
				p.unsaved += len(one.key) + len(one.value)
			}
			return nil
		})
	})
	if err != nil || p.unsaved < compactSync {
		return err
	}
	p.unsaved = 0
	return p.db.Sync()
}

func (one *pair) put(tx *bbolt.Tx) error {
	b := tx.Bucket(one.bucket)
	if one.value == nil {
		return b.Delete(one.key)
	}
	b.FillPercent = fillPercent
	return b.Put(one.key, one.value)
}

// changes are keys whose values have changed, each behind its bucket's name
// and a zero.
type changes map[string]struct{}

func (ch changes) add(bucket, key []byte) { ch[string(bucket)+"\x00"+string(key)] = struct{}{} }

// note takes what a commit has changed, which can be read by now.
func (p *copying) note(changed changes) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed == nil {
		p.changed = changes{}
	}
	if p.tooMany = p.tooMany || len(p.changed)+len(changed) > mostChanged; p.tooMany {
		p.changed = nil
		return
	}
	maps.Copy(p.changed, changed)
}

func (p *copying) take() ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tooMany {
		return nil, fmt.Errorf("more than %d keys have changed meanwhile", mostChanged)
	}
	keys := slices.Sorted(maps.Keys(p.changed))
	p.changed = nil
	return keys, nil
}

// again copies the keys that have changed, as they are now, and says how many
// they are. One that changes once more is noted once more.
func (p *copying) again() (copied int, err error) {
	keys, err := p.take()
	for rest := keys; len(rest) > 0 && err == nil; {
		var all []pair
		if all, rest, err = p.read(rest); err == nil {
			err = p.write(all)
		}
	}
	return len(keys), err
}

// read reads the first of the keys, as many as make a chunk.
func (p *copying) read(keys []string) (all []pair, rest []string, err error) {
	err = p.store.view(func(tx *bbolt.Tx) error {
		size := 0
		for rest = keys; len(rest) > 0 && size < compactChunk; rest = rest[1:] {
			bucket, key, _ := strings.Cut(rest[0], "\x00")
			one := pair{bucket: []byte(bucket), key: []byte(key)}
			if v := tx.Bucket(one.bucket).Get(one.key); v != nil {
				one.value = append([]byte{}, v...)
			}
			all = append(all, one)
			size += len(key) + len(one.value)
		}
		return nil
	})
	return all, rest, err
}

// copyMeta copies what the store knows of itself.
func (p *copying) copyMeta() error {
	one := pair{bucket: bucketMeta, key: keyMeta}
	err := p.store.view(func(tx *bbolt.Tx) error {
		one.value = bytes.Clone(tx.Bucket(bucketMeta).Get(keyMeta))
		return nil
	})
	if err != nil {
		return err
	}
	return p.write([]pair{one})
}

// swap runs in the writer, between two commits. The new file is locked from
// its making on, and the old one until the new one has its name, so that no
// other process finds either free. It gives the old one, which is to be closed.
func (p *copying) swap() (old *bbolt.DB, err error) {
	s := p.store
	if _, err := p.again(); err != nil {
		return nil, err
	}
	if err := p.copyMeta(); err != nil {
		return nil, err
	}
	if err := inPlace(p.db, s.path); err != nil {
		return nil, err
	}
	s.copying.Store(nil)
	s.file.Lock()
	old, s.db = s.db, p.db
	s.file.Unlock()
	return old, syncFolder(filepath.Dir(s.path))
}
