package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// noticeTime bounds how long it may take until something is seen to happen.
const noticeTime = 30 * time.Second

// refuses waits until the agent has refused so many pushes more.
func (b *box) refuses(l *life, p *pbx, more int64) {
	b.t.Helper()
	b.grows(l, "pushes are refused", p.refused.Load, more)
}

// acknowledges waits until the agent has acknowledged so many pushes more.
func (b *box) acknowledges(l *life, p *pbx, more int64) {
	b.t.Helper()
	b.grows(l, "pushes are acknowledged", p.acked.Load, more)
}

func (b *box) grows(l *life, what string, count func() int64, more int64) {
	b.t.Helper()
	from := count()
	eventually(b.t, noticeTime, func() (bool, string) {
		if !l.running() {
			b.t.Fatalf("the agent ended: %v", l.state)
		}
		return count() >= from+more, fmt.Sprintf("%d of %d %s", count()-from, more, what)
	})
}

// tells checks that /healthz and the status say why nothing is kept.
func (b *box) tells(why string) {
	b.t.Helper()
	status, h, err := b.health(b.t.Context())
	if err != nil || status != http.StatusServiceUnavailable || h.OK || !strings.Contains(strings.Join(h.Missing, "; "), why) {
		b.t.Errorf("/healthz answers %d %+v %v, and not 503 and %q", status, h, err, why)
	}
	if s := b.status(); !strings.Contains(s.Store.Error, why) || s.Refused == 0 {
		b.t.Errorf("the status says %q, %d refused, and not %q", s.Store.Error, s.Refused, why)
	}
}

// well waits until /healthz is content again.
func (b *box) well() {
	b.t.Helper()
	eventually(b.t, noticeTime, func() (bool, string) {
		status, h, err := b.health(b.t.Context())
		return err == nil && status == http.StatusOK && h.OK, fmt.Sprintf("/healthz answers %d %+v %v", status, h, err)
	})
}

// keepsNothing checks that while nothing can be kept nothing is acknowledged.
func (b *box) keepsNothing(l *life, p *pbx) {
	b.t.Helper()
	b.refuses(l, p, 20) // what was committed before the fault has been answered
	before := p.acked.Load()
	b.refuses(l, p, 50)
	if after := p.acked.Load(); after != before {
		b.t.Errorf("%d pushes were acknowledged while nothing could be kept", after-before)
	}
}

// TestDiskErrors lets the disk refuse to sync and to write, all the time and
// now and then. What cannot be kept is not acknowledged; then all goes on.
func TestDiskErrors(t *testing.T) {
	need.Tool(t, "strace")
	k := newSink(t)
	b := newBox(t, boxOptions{sink: k.url, hooks: hooks()})
	l := b.start()
	b.ready(l)
	b.furnish()
	p := newPBX(b.push)
	c := p.chaos(t, k, traffic{lines: 6, pause: 50 * time.Millisecond, how: rough})
	b.acknowledges(l, p, 50)

	for _, fault := range []struct{ inject, why string }{
		{"fdatasync:error=EIO", "input/output error"},
		{"pwrite64:error=EIO", "input/output error"},
		{"pwrite64:error=ENOSPC", "no space left on device"},
	} {
		tracer := b.inject(l, fault.inject)
		b.keepsNothing(l, p)
		b.tells(fault.why)
		tracer.end()
		b.acknowledges(l, p, 50)
		b.well()
	}
	for _, fault := range []string{
		"fdatasync:error=EIO:when=1+3", "fdatasync:error=EIO:when=2+2", "fdatasync:error=EIO:when=1+2",
		"pwrite64:error=EIO:when=3+7", "pwrite64:error=EIO:when=2+5",
	} {
		before := p.acked.Load()
		tracer := b.inject(l, fault)
		b.refuses(l, p, 40)
		tracer.end()
		t.Logf("%s: %d acknowledged beside 40 refused", fault, p.acked.Load()-before)
		b.acknowledges(l, p, 20)
	}
	c.end()
	b.well()
	b.settle(l, p, k)
}

// TestFullDisk fills the disk, and then makes it larger.
func TestFullDisk(t *testing.T) {
	need.Root(t, "mount a small disk")
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	k := newSink(t)
	b := newBox(t, boxOptions{sink: k.url, store: disk, hooks: hooks()})
	l := b.start()
	b.ready(l)
	b.furnish()
	p := newPBX(b.push)
	c := p.chaos(t, k, traffic{lines: 6, pause: 50 * time.Millisecond, how: rough})
	b.refuses(l, p, 50)
	b.tells("no space left on device")
	t.Logf("%d acknowledged until the disk was full", p.acked.Load())

	// A kill on a full disk loses nothing either.
	l.kill()
	l = b.start()
	b.ready(l)
	b.refuses(l, p, 50)

	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatalf("make the disk larger: %v", err)
	}
	b.acknowledges(l, p, 50)
	b.well()
	c.end()
	b.settle(l, p, k)
}
