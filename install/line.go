package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

const (
	maxDrops   = 6 // connections that may be lost in one command
	firstPause = time.Second
	maxPause   = 30 * time.Second
)

// line is a login that is made anew when its connection is lost, so many times
// and no more. A login that is refused ends it at once.
type line struct {
	server  Server
	pause   func(ctx context.Context, d time.Duration) error
	take    func() session // a login that is held; nil: none
	session session        // nil: lost
	drops   int
	sent    int64 // bytes of files
	fetched int64
}

// open logs in for the first time: what fails now is told at once.
func (l *line) open(ctx context.Context) (err error) {
	if l.session = l.take(); l.session != nil {
		return nil
	}
	l.session, err = l.server.open(ctx)
	return err
}

func (l *line) close() {
	if l.session != nil {
		_ = l.session.close()
		l.session = nil
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// again runs work, and once more from its beginning after each loss of the
// connection. Work must be such that this does no harm.
func (l *line) again(ctx context.Context, work func() error) error {
	for {
		err := l.reopened(ctx)
		if err == nil {
			err = work()
		}
		lost := errors.Is(err, ErrLost) || errors.Is(err, ErrBusy)
		if lost || ctx.Err() != nil && err != nil {
			l.close()
		}
		if !lost && (!errors.Is(err, ErrReach) || l.session != nil) {
			return err
		}
		if ctx.Err() != nil || l.drops >= maxDrops {
			return err
		}
		pause := min(firstPause<<l.drops, maxPause)
		l.drops++
		if stopped := l.pause(ctx, pause); stopped != nil {
			return fmt.Errorf("%w, after: %w", stopped, err)
		}
	}
}

func (l *line) reopened(ctx context.Context) error {
	if l.session != nil {
		return nil
	}
	return l.open(ctx)
}

// What follows are the steps of a session; the line counts.

func (l *line) fetch(ctx context.Context, name string) ([]byte, error) {
	data, err := l.session.fetch(ctx, name)
	l.fetched += int64(len(data))
	return data, err
}

func (l *line) store(ctx context.Context, name string, data []byte, mode fs.FileMode) error {
	l.sent += int64(len(data))
	return l.session.store(ctx, name, data, mode)
}

// held gives the state of a file and what it holds; that it is missing is no
// error here.
func (l *line) held(ctx context.Context, name string) (State, []byte, error) {
	data, err := l.fetch(ctx, name)
	if errors.Is(err, ErrMissing) {
		return State{}, nil, nil
	}
	if err != nil {
		return State{}, nil, err
	}
	return stateOf(data), data, nil
}

// listed is list for a folder that need not be there.
func (l *line) listed(ctx context.Context, folder string) (all listing, there bool, err error) {
	all, err = l.session.list(ctx, folder)
	if errors.Is(err, ErrMissing) {
		return listing{whole: true, absent: true}, false, nil
	}
	return all, err == nil, err
}
