package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bellhop/hotel"
	"bellhop/pms"
	"bellhop/store"
)

// backupWithin bounds one copy: minutes for a large file on an SD card.
const backupWithin = time.Hour

// backupSender copies the database into a folder beside it, one copy at a time,
// and keeps the newest.
type backupSender struct {
	store  *store.Store
	folder string
	keep   int // 0: no copies are made
	now    func() time.Time
}

func (s backupSender) width() int { return 1 }

// send makes a copy. It may take longer than other calls: the end of an attempt's
// time does not stop it, that of the agent does.
func (s backupSender) send(ctx context.Context, _ hotel.QueuedCall) ([]byte, error) {
	if s.keep == 0 {
		return nil, nil
	}
	long, cancel := context.WithTimeout(context.WithoutCancel(ctx), backupWithin)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			cancel()
		}
	})()
	err := s.store.Backup(long, filepath.Join(s.folder, "bellhop-"+s.now().UTC().Format("20060102-150405")+".db"))
	switch {
	case err != nil && errors.Is(ctx.Err(), context.Canceled), errors.Is(err, store.ErrClosed):
		return nil, &pms.Retry{Err: err}
	case err != nil:
		return nil, &pms.Refused{Reason: err.Error()}
	}
	return nil, s.prune()
}

// backupPattern is what copies are called; nothing else is removed.
const backupPattern = "bellhop-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9][0-9].db"

// prune removes the oldest copies, and parts of those that the power cut.
func (s backupSender) prune() error {
	all, _ := filepath.Glob(filepath.Join(s.folder, backupPattern)) // the pattern is sound
	parts, _ := filepath.Glob(filepath.Join(s.folder, backupPattern+".part"))
	slices.Sort(all) // the oldest first
	gone := append(parts, all[:max(0, len(all)-s.keep)]...)
	for _, path := range gone {
		if err := os.Remove(path); err != nil {
			return &pms.Refused{Reason: "remove an old copy: " + err.Error()}
		}
	}
	return nil
}
