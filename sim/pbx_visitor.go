package sim

import (
	"errors"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// visitor is who has logged in over FTP or SFTP. What he does with files may
// be denied, and the faults strike it.
type visitor struct {
	p    *PBX
	line *fileLine
	open atomic.Int32 // files and folders that are open
}

const maxHandles = 64 // of one visitor at once

var (
	errTooManyOpen = errors.New("too many open files")
	errLineCut     = errors.New("the connection was cut off")
)

// take counts something that is opened; release must follow.
func (v *visitor) take() error {
	if v.open.Add(1) > maxHandles {
		v.release()
		return errTooManyOpen
	}
	return nil
}

func (v *visitor) release() { v.open.Add(-1) }

// mayChange judges a change at some paths.
func (v *visitor) mayChange(names ...string) error {
	for _, name := range names {
		at, err := v.p.disk.clean(name)
		if err != nil {
			return err
		}
		if !mayWrite(at) {
			return fs.ErrPermission
		}
	}
	if v.p.strikes(FaultDenied) {
		return fs.ErrPermission
	}
	return nil
}

// linger lets a transfer begin later if that fault strikes.
func (v *visitor) linger() error {
	if !v.p.strikes(FaultFileSlow) {
		return nil
	}
	timer := time.NewTimer(time.Duration(v.p.Limits().Slow))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-v.line.ctx.Done():
		return errLineCut
	}
}

// upload is a file that is being written.
type upload struct {
	v             *visitor
	node          *fileNode
	append        bool // each write goes to the end
	breaks, fills bool // the first write ends in the middle
	short         bool

	mu     sync.Mutex
	ended  error // why nothing more is taken
	closed bool
}

// upload opens a file for writing; Close must follow.
func (v *visitor) upload(name string, how opening) (*upload, error) {
	if err := v.mayChange(name); err != nil {
		return nil, err
	}
	if err := v.linger(); err != nil {
		return nil, err
	}
	if err := v.take(); err != nil {
		return nil, err
	}
	node, err := v.p.disk.open(name, how)
	if err != nil {
		v.release()
		return nil, err
	}
	return &upload{
		v: v, node: node,
		breaks: v.p.strikes(FaultUploadCut), fills: v.p.strikes(FaultDiskFull), short: v.p.strikes(FaultUploadShort),
	}, nil
}

// WriteAt writes at an offset, which does not count for one who appends.
func (u *upload) WriteAt(b []byte, at int64) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended != nil {
		return 0, u.ended
	}
	switch {
	case u.append:
		at = -1
	case at < 0:
		return 0, errBadOffset
	}
	if !u.breaks && !u.fills {
		return u.v.p.disk.writeAt(u.node, b, at)
	}
	n, err := u.v.p.disk.writeAt(u.node, b[:len(b)/2], at)
	switch {
	case err != nil:
		return n, err
	case u.breaks:
		u.ended = errLineCut
		u.v.line.cut()
	default:
		u.ended = errDiskFull
	}
	return n, u.ended
}

// ReadAt is for who opened the file for reading, too.
func (u *upload) ReadAt(b []byte, at int64) (int, error) { return u.v.p.disk.readAt(u.node, b, at) }

// Close ends an upload; a second one does nothing. That half of the file is
// lost is not told.
func (u *upload) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return nil
	}
	u.closed = true
	u.v.release()
	if !u.short || u.ended != nil {
		return nil
	}
	return u.v.p.disk.halve(u.node)
}

// download is a file that is being read.
type download struct {
	v      *visitor
	node   *fileNode
	closed atomic.Bool
}

// download opens a file for reading; Close must follow.
func (v *visitor) download(name string) (*download, error) {
	if err := v.linger(); err != nil {
		return nil, err
	}
	if err := v.take(); err != nil {
		return nil, err
	}
	node, err := v.p.disk.open(name, opening{})
	if err != nil {
		v.release()
		return nil, err
	}
	return &download{v: v, node: node}, nil
}

func (d *download) ReadAt(b []byte, at int64) (int, error) { return d.v.p.disk.readAt(d.node, b, at) }

// changedLine is what somebody else adds to a file.
const changedLine = "; changed by another\n"

// Close ends a download; a second one does nothing.
func (d *download) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	d.v.release()
	if d.v.p.strikes(FaultFileChanged) {
		_, _ = d.v.p.disk.writeAt(d.node, []byte(changedLine), -1) // if it fits
	}
	return nil
}

func (v *visitor) remove(name string, folder bool) error {
	if err := v.mayChange(name); err != nil {
		return err
	}
	return v.p.disk.remove(name, folder)
}

func (v *visitor) mkdir(name string) error {
	if err := v.mayChange(name); err != nil {
		return err
	}
	return v.p.disk.mkdir(name)
}

// rename refuses to take another file's place unless over is set.
func (v *visitor) rename(from, to string, over bool) error {
	if err := v.mayChange(from, to); err != nil {
		return err
	}
	if _, err := v.p.disk.stat(to, true); over && err == nil && v.p.strikes(FaultRenameOver) {
		over = false
	}
	return v.p.disk.rename(from, to, over)
}
