package faults

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/need"
	"bellhop/e2e/rig"
)

// tells checks that /healthz and the status say why nothing is kept.
func tells(h *rig.Hotel, why string) {
	h.T.Helper()
	status, health, err := h.Health(h.T.Context())
	if err != nil || status != http.StatusServiceUnavailable || health.OK || !strings.Contains(strings.Join(health.Missing, "; "), why) {
		h.T.Errorf("/healthz answers %d %+v %v, and not 503 and %q", status, health, err, why)
	}
	if s := h.Status(); !strings.Contains(s.Store.Error, why) || s.Refused == 0 {
		h.T.Errorf("the status says %q, %d refused, and not %q", s.Store.Error, s.Refused, why)
	}
}

// well waits until /healthz is content again.
func well(h *rig.Hotel) {
	h.T.Helper()
	rig.Eventually(h.T, rig.NoticeTime, func() (bool, string) {
		status, health, err := h.Health(h.T.Context())
		return err == nil && status == http.StatusOK && health.OK, fmt.Sprintf("/healthz answers %d %+v %v", status, health, err)
	})
}

// keepsNothing checks that while nothing can be kept nothing is acknowledged.
func keepsNothing(h *rig.Hotel, l *rig.Life) {
	h.T.Helper()
	h.Refuses(l, 20) // what was committed before the fault has been answered
	before := h.Acknowledged()
	h.Refuses(l, 40)
	if after := h.Acknowledged(); after != before {
		h.T.Errorf("%d things were acknowledged while nothing could be kept", after-before)
	}
}

var disturbed = rig.Traffic{Lines: 6, Pause: 50 * time.Millisecond, How: rig.Rough, Wild: true}

// TestDiskErrors lets the disk refuse to sync and to write, all the time and
// now and then. What cannot be kept is not acknowledged; then all goes on.
func TestDiskErrors(t *testing.T) {
	need.Tool(t, "strace")
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{})
	l := h.Open()
	rest := h.Busy(disturbed)
	h.Acknowledges(l, 50)
	for _, fault := range []struct{ inject, why string }{
		{"fdatasync:error=EIO", "input/output error"},
		{"pwrite64:error=EIO", "input/output error"},
		{"pwrite64:error=ENOSPC", "no space left on device"},
		{"pwrite64:error=EROFS", "read-only file system"},
	} {
		tracer := inject(h, l, fault.inject)
		keepsNothing(h, l)
		tells(h, fault.why)
		tracer.end()
		h.Tried()
		h.Again(l, time.Now())
		h.Acknowledges(l, 50)
		well(h)
	}
	for _, fault := range []string{
		"fdatasync:error=EIO:when=1+3", "fdatasync:error=EIO:when=2+2", "fdatasync:error=EIO:when=1+2",
		"pwrite64:error=EIO:when=3+7", "pwrite64:error=ENOSPC:when=2+5",
	} {
		before := h.Acknowledged()
		tracer := inject(h, l, fault)
		h.Refuses(l, 30)
		tracer.end()
		h.Tried()
		t.Logf("%s: %d acknowledged beside 30 refused", fault, h.Acknowledged()-before)
		h.Again(l, time.Now())
	}
	mended := time.Now()
	rest()
	well(h)
	h.Settle(l, "disk that fails to sync and to write", mended)
}

// smallDisk mounts a disk in memory of a size, such as 1m.
func smallDisk(t *testing.T, size string) (folder string) {
	t.Helper()
	need.Root(t, "mount a small disk")
	folder = filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return folder
}

func remount(t *testing.T, folder string, flags uintptr, options string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|flags, options); err != nil {
		t.Fatalf("mount the disk anew with %q: %v", options, err)
	}
}

// TestFullDisk fills the disk, kills the agent on it, and makes it larger.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, "1m")
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{Store: disk})
	l := h.Open()
	rest := h.Busy(disturbed)
	h.Refuses(l, 50)
	tells(h, "no space left on device")
	h.Tried()
	t.Logf("%d acknowledged until the disk was full", h.Acknowledged())
	l.Kill() // on a full disk that loses nothing either
	l = h.Start()
	h.Ready(l)
	h.Refuses(l, 50)
	h.Tried()
	remount(t, disk, 0, "size=64m")
	mended := time.Now()
	h.Again(l, mended)
	well(h)
	rest()
	h.Settle(l, "full disk", mended)
}

// TestReadOnlyDisk lets the system make the disk read-only, as it does after
// errors, and lets a person mend it. tmpfs refuses that while a file is open for
// writing, so that it is a bind mount which changes.
func TestReadOnlyDisk(t *testing.T) {
	below := smallDisk(t, "64m")
	folder := filepath.Join(t.TempDir(), "bound")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount(below, folder, "", syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{Store: folder})
	l := h.Open()
	rest := h.Busy(disturbed)
	h.Acknowledges(l, 50)
	l.Kill()
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	h.Tried()
	l = h.Start()
	rig.Pass(t.Context(), time.Second)
	t.Logf("on a read-only disk the agent runs: %v", l.Running())
	l.Kill()
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	mended := time.Now()
	l = h.Start()
	h.Again(l, mended)
	rest()
	h.Settle(l, "read-only disk", mended)
}

// TestFileSizeLimit lets the system refuse files that grow, as a limit for the
// service does.
func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{})
	l := h.Open()
	rest := h.Busy(disturbed)
	h.Acknowledges(l, 20)
	info, err := os.Stat(h.DB)
	if err != nil {
		t.Fatal(err)
	}
	limit(t, l, strconv.FormatInt(info.Size(), 10))
	h.Refuses(l, 50)
	tells(h, "file too large")
	h.Tried()
	limit(t, l, "unlimited")
	mended := time.Now()
	h.Again(l, mended)
	well(h)
	rest()
	h.Settle(l, "limit on the size of files", mended)
}

func limit(t *testing.T, l *rig.Life, size string) {
	t.Helper()
	said, err := exec.Command(need.Tool(t, "prlimit"), "--pid", strconv.Itoa(l.Pid()), "--fsize="+size+":unlimited").CombinedOutput()
	if err != nil {
		t.Fatalf("prlimit: %v: %s", err, said)
	}
}
