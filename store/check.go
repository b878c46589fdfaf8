package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"
)

// check looks at every page of the file and every key before bbolt opens it
// for writing: bbolt looks for the free pages in a goroutine of its own, where
// a page that makes no sense ends the process, at each start again.
func check(opts Options) error {
	info, err := os.Stat(opts.Path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil // it will be made
	}
	return guarded(func() error {
		db, err := bbolt.Open(opts.Path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: opts.LockTimeout})
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }() // nothing was written
		if err := checkSize(db, info.Size()); err != nil {
			return err
		}
		return checkBuckets(db)
	})
}

// checkSize finds a file that was cut off: bbolt takes what is beyond its end
// for free pages, and would read past the end of the mapping.
func checkSize(db *bbolt.DB, size int64) error {
	return db.View(func(tx *bbolt.Tx) error {
		if size < tx.Size() {
			return fmt.Errorf("%w: the file has %d bytes of %d", errDamaged, size, tx.Size())
		}
		return nil
	})
}

// checkBuckets goes through all of them side by side: a start waits for it.
func checkBuckets(db *bbolt.DB) error {
	errs := make([]error, len(buckets))
	var all sync.WaitGroup
	for i, name := range buckets {
		all.Go(func() {
			errs[i] = guarded(func() error {
				return db.View(func(tx *bbolt.Tx) error { return checkBucket(name, tx.Bucket(name)) })
			})
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// checkBucket goes through all keys, which must rise, and touches both ends
// of each pair.
func checkBucket(name []byte, b *bbolt.Bucket) error {
	if b == nil {
		return nil // it is missed later, unless the file is a new one
	}
	var last []byte
	ends := 0
	cursor := b.Cursor()
	for k, v := cursor.First(); k != nil; k, v = cursor.Next() {
		if last != nil && bytes.Compare(last, k) >= 0 {
			return fmt.Errorf("%w: the keys of %q do not rise", errDamaged, name)
		}
		if len(v) > 0 {
			ends += int(v[len(v)-1])
		}
		last = k
	}
	runtime.KeepAlive(ends)
	return nil
}

// guarded turns what reading a damaged file does, a panic or an access beyond
// the file's end, into an error.
func guarded(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return read()
}
