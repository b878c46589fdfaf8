package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"bellhop/backup"
	"bellhop/hotel"
	"bellhop/pms"
	"bellhop/site"
	"bellhop/store"
)

// backupWithin bounds one backup: minutes for a large file on an SD card, and more
// on a poor line.
const backupWithin = 3 * time.Hour

// copyStays is how long a copy is new enough for a backup that is tried again.
const copyStays = 6 * time.Hour

// backups copies the database into a folder beside it, where the newest copies
// stay, and makes a backup of it that leaves the box; one at a time.
type backups struct {
	store  *store.Store
	folder string
	keep   int // 0: no copies stay
	now    func() time.Time
	// maker makes those that leave the box; nil: none do.
	maker func() (*backup.Maker, error)

	one    chan struct{} // holds one while a backup is under way
	orders chan backupOrder
	mu     sync.Mutex
	state  BackupState
}

// BackupState says how a person's orders for backups go.
type BackupState struct {
	Ordered uint64       `json:"ordered"` // so far
	Done    uint64       `json:"done"`    // of these
	Made    *backup.Made `json:"made,omitempty"`
	Error   string       `json:"error,omitempty"` // of the newest that is done
}

type backupOrder struct {
	number uint64
	to     string
}

// mostOrders is how many may wait.
const mostOrders = 4

// errBackups says that too many backups are ordered.
var errBackups = errors.New("other backups are ordered already: wait for them")

func (a *Agent) newBackups(maker func() (*backup.Maker, error)) *backups {
	return &backups{
		folder: filepath.Join(filepath.Dir(a.config.Store.Path), "backups"), keep: a.config.Store.Backups,
		now: a.now, maker: maker, one: make(chan struct{}, 1), orders: make(chan backupOrder, mostOrders),
	}
}

func (b *backups) width() int { return 1 }

// send makes what the nightly job wants. It may take longer than other calls: the end
// of an attempt's time does not stop it, that of the agent does.
func (b *backups) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	long, cancel := context.WithTimeout(context.WithoutCancel(ctx), backupWithin)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			cancel()
		}
	})()
	err := b.nightly(long, c.Attempts > 0)
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, store.ErrClosed), backup.Passing(err):
		return nil, &pms.Retry{Only: true, Err: err}
	}
	return nil, &pms.Refused{Reason: err.Error()}
}

// nightly makes a copy that stays and a backup of it that leaves.
func (b *backups) nightly(ctx context.Context, again bool) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.leave()
	maker, err := b.open()
	if err != nil {
		return err
	}
	if b.keep == 0 {
		if maker == nil || maker.To.To == "" {
			return nil
		}
		_, err = maker.Make(ctx, "", b.store.Backup)
		return err
	}
	kept, err := b.copyThatStays(ctx, again)
	if err != nil || maker == nil || maker.To.To == "" {
		return err
	}
	_, err = maker.Make(ctx, "", func(ctx context.Context, path string) error {
		if os.Link(kept, path) == nil {
			return nil // it is never changed
		}
		return b.store.Backup(ctx, path)
	})
	return err
}

func (b *backups) open() (*backup.Maker, error) {
	if b.maker == nil {
		return nil, nil
	}
	return b.maker()
}

func (b *backups) enter(ctx context.Context) error {
	select {
	case b.one <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *backups) leave() { <-b.one }

// copyThatStays makes one, or gives the newest where a backup is tried again.
func (b *backups) copyThatStays(ctx context.Context, again bool) (string, error) {
	all, _ := filepath.Glob(filepath.Join(b.folder, backupPattern)) // the pattern is sound
	slices.Sort(all)                                                // the oldest first
	if again && len(all) > 0 {
		newest := all[len(all)-1]
		made, err := time.Parse(copyName, filepath.Base(newest))
		if age := b.now().Sub(made); err == nil && age >= 0 && age < copyStays {
			return newest, nil
		}
	}
	path := filepath.Join(b.folder, b.now().UTC().Format(copyName))
	if err := b.store.Backup(ctx, path); err != nil {
		return "", err
	}
	return path, b.prune()
}

const copyName = "bellhop-20060102-150405.db"

// backupPattern is what copies are called; nothing else is removed.
const backupPattern = "bellhop-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9][0-9].db"

// prune removes the oldest copies, and parts of those that the power cut.
func (b *backups) prune() error {
	all, _ := filepath.Glob(filepath.Join(b.folder, backupPattern)) // the pattern is sound
	parts, _ := filepath.Glob(filepath.Join(b.folder, backupPattern+".part"))
	slices.Sort(all) // the oldest first
	gone := append(parts, all[:max(0, len(all)-b.keep)]...)
	for _, path := range gone {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove an old copy: %w", err)
		}
	}
	return nil
}

// serve makes what persons order, until ctx ends.
func (b *backups) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-b.orders:
			made, err := b.ordered(ctx, o.to)
			b.note(o.number, made, err)
		}
	}
}

func (b *backups) ordered(ctx context.Context, to string) (made backup.Made, err error) {
	ctx, cancel := context.WithTimeout(ctx, backupWithin)
	defer cancel()
	if err := b.enter(ctx); err != nil {
		return made, err
	}
	defer b.leave()
	maker, err := b.open()
	if err != nil {
		return made, err
	}
	if maker == nil {
		return made, backup.ErrNowhere
	}
	return maker.Make(ctx, to, b.store.Backup)
}

func (b *backups) note(number uint64, made backup.Made, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state.Done, b.state.Made, b.state.Error = number, nil, ""
	if err != nil {
		b.state.Error = err.Error()
		return
	}
	b.state.Made = &made
}

// BackupRecord is the file that remembers the newest backup, beside the database.
func BackupRecord(storePath string) string {
	return filepath.Join(filepath.Dir(storePath), "backup.json")
}

// NewestBackup reads what is remembered of backups.
func NewestBackup(storePath string) site.BackupFacts {
	r := backup.ReadRecord(BackupRecord(storePath))
	f := site.BackupFacts{Failed: r.Failed, Error: r.Error}
	if r.Last != nil {
		f.Made, f.To, f.Encrypted = r.Last.Made, r.Last.To, r.Last.Encrypted
	}
	return f
}

// OrderBackup lets a backup be made beside all else, at the configured place where to
// is empty, and gives the order's number; [Agent.Backup] says when it is done.
func (a *Agent) OrderBackup(to string) (number uint64, err error) {
	b := a.backups
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.orders <- backupOrder{b.state.Ordered + 1, to}:
		b.state.Ordered++
		return b.state.Ordered, nil
	default:
		return 0, errBackups
	}
}

// Backup says how orders for backups go.
func (a *Agent) Backup() BackupState {
	a.backups.mu.Lock()
	defer a.backups.mu.Unlock()
	return a.backups.state
}
