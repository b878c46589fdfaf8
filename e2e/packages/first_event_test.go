package packages

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFirstEvent leads from a Debian with nothing of ours to the first event, by
// one script, in a network of its own. How long that takes is told.
func TestFirstEvent(t *testing.T) {
	d := newDebian(t)
	deb := d.take(made(t, newer, here, "bellhop_%s_amd64.deb"))
	script, err := os.ReadFile("testdata/first-event.sh")
	if err != nil {
		t.Fatal(err)
	}
	d.write("/root/first-event.sh", string(script), 0o700)
	d.run("mkdir -p /proc /dev && mount -t proc proc /proc")
	t.Cleanup(func() { d.run("umount /proc") })

	cmd := exec.Command("/bin/sh", "-c", `ip link set lo up && exec chroot "$0" /root/first-event.sh "$1"`, d.root, deb)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C"}
	began := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("from the package to the first event: %s", time.Since(began).Round(time.Millisecond))
	want := []string{
		"the config is root 644, its secret bellhop 600, the store bellhop 600",
		"the sheet: is there",
		"the doctor: exit 0",
		"the first event: 777*01, and the room is clean",
	}
	if got := strings.TrimSpace(string(out)); err != nil || got != strings.Join(want, "\n") {
		t.Errorf("%v:\n%s\nwant\n%s", err, got, strings.Join(want, "\n"))
	}
}
