package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"bellhop/box"
	"bellhop/config"
	"bellhop/site"
)

const (
	// diskTime bounds what is asked of the disk, which may never answer.
	diskTime = 5 * time.Second
	// syncTimes is how often it is to keep a page: some 60 KB in all.
	syncTimes = 15
)

// BoxLook looks at the computer. One is enough for a program: it remembers a disk
// that has not answered.
type BoxLook struct {
	system box.System
	limit  time.Duration
	// asking holds one while the disk is being asked.
	asking chan struct{}
	disk   func(ctx context.Context, folder string) diskLook
}

// NewBoxLook makes one.
func NewBoxLook() *BoxLook {
	l := &BoxLook{limit: diskTime, asking: make(chan struct{}, 1)}
	l.disk = l.lookAtDisk
	return l
}

// diskLook is what came of asking the disk.
type diskLook struct {
	disk                      box.Disk
	syncs                     box.Syncs
	wear                      box.Wear
	diskErr, syncErr, wearErr error
}

// Look measures what the checks of the computer go by. It blocks for as long as
// the disk takes, but no longer than some seconds. running: this process is the
// agent, and listens; otherwise it is tried whether it could.
func (l *BoxLook) Look(ctx context.Context, c config.Config, running bool) site.Box {
	b := site.Box{Errors: map[string]string{}, Stuck: map[string]bool{}}
	failed := func(check string, err error) { b.Errors["box."+check] = err.Error() }
	if m, err := l.system.Memory(); err != nil {
		failed("memory", err)
	} else {
		b.Memory = &m
	}
	if u, err := l.system.Usage(os.Getpid()); err == nil {
		b.Usage = &u
	}
	if !running {
		b.Taken = taken(ctx, site.Listens(c))
	} else if ports, err := l.system.Listening(); err != nil {
		failed("ports", err)
	} else {
		b.Ports = ports
	}
	found, err := l.ask(ctx, filepath.Dir(c.Store.Path))
	if err != nil {
		found = diskLook{diskErr: err, syncErr: err, wearErr: err}
		b.Stuck["box.sync"] = errors.Is(err, errDiskSilent)
	}
	if found.diskErr != nil {
		failed("disk", found.diskErr)
	} else {
		b.Disk = &found.disk
	}
	if found.syncErr != nil {
		failed("sync", found.syncErr)
	} else {
		b.Syncs = &found.syncs
	}
	if found.wearErr != nil {
		failed("wear", found.wearErr)
	} else {
		b.Wear = &found.wear
	}
	return b
}

var errDiskSilent = errors.New("the disk has not answered")

// ask asks the disk, and leaves the question behind when no answer comes: nothing
// can cut it off. While one is open no other is asked.
func (l *BoxLook) ask(ctx context.Context, folder string) (diskLook, error) {
	ctx, cancel := context.WithTimeout(ctx, l.limit)
	defer cancel()
	select {
	case l.asking <- struct{}{}:
	case <-ctx.Done():
		return diskLook{}, silent(ctx, "since it was asked before")
	}
	answer := make(chan diskLook, 1)
	go func() {
		defer func() { <-l.asking }()
		answer <- l.disk(ctx, folder)
	}()
	select {
	case found := <-answer:
		return found, nil
	case <-ctx.Done():
		return diskLook{}, silent(ctx, fmt.Sprintf("within %s", l.limit))
	}
}

// silent says that the disk has not answered, unless who asked has gone.
func silent(ctx context.Context, when string) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	return fmt.Errorf("%w %s", errDiskSilent, when)
}

func (l *BoxLook) lookAtDisk(ctx context.Context, folder string) (d diskLook) {
	d.disk, d.diskErr = box.DiskOf(folder)
	d.wear, d.wearErr = l.system.Wear(folder)
	if d.wearErr != nil && errors.Is(d.wearErr, box.ErrUnknown) {
		d.wearErr = box.ErrUnknown
	}
	d.syncs, d.syncErr = box.TimeSyncs(ctx, folder, syncTimes)
	return d
}

// taken are the addresses at which nobody could listen now.
func taken(ctx context.Context, addresses []string) (all []string) {
	for _, address := range addresses {
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			all = append(all, address)
			continue
		}
		_ = ln.Close()
	}
	return all
}
