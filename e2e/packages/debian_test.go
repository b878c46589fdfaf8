package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"bellhop/e2e/need"
)

// debian is a small Debian in a folder.
type debian struct {
	t    *testing.T
	root string
	lang string
}

func newDebian(t *testing.T) *debian {
	t.Helper()
	tarball := need.Debian(t)
	if runtime.GOARCH != here {
		t.Skip("the packages that are installed here are for " + here)
	}
	d := &debian{t: t, root: t.TempDir(), lang: "C"}
	if said, err := exec.Command("tar", "-C", d.root, "--numeric-owner", "-xpf", tarball).CombinedOutput(); err != nil {
		t.Fatalf("unpack Debian: %v: %s", err, said)
	}
	return d
}

// try runs a script as root in there.
func (d *debian) try(script string) (string, error) {
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: d.root}
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=" + d.lang}
	said, err := cmd.CombinedOutput()
	return string(said), err
}

func (d *debian) run(script string) string {
	d.t.Helper()
	said, err := d.try(script)
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", script, err, said)
	}
	return said
}

// is runs a script that prints what must be so.
func (d *debian) is(script, want string) {
	d.t.Helper()
	if got := strings.TrimSpace(d.run(script)); got != want {
		d.t.Errorf("%s: %q, want %q", script, got, want)
	}
}

func (d *debian) says(said, want string) {
	d.t.Helper()
	if !strings.Contains(said, want) {
		d.t.Errorf("nothing said of %q:\n%s", want, said)
	}
}

func (d *debian) write(name, text string, mode os.FileMode) {
	d.t.Helper()
	path := filepath.Join(d.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		d.t.Fatal(err)
	}
}

// take copies a file of ours to /root.
func (d *debian) take(from string) (path string) {
	d.t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		d.t.Fatal(err)
	}
	path = "/root/" + filepath.Base(from)
	d.write(path, string(data), 0o600)
	return path
}

// underSystemd lets scripts believe that systemd runs, and writes down what
// they tell it.
func (d *debian) underSystemd() {
	d.t.Helper()
	d.run("mkdir -p /run/systemd/system && rm /usr/bin/systemctl")
	d.write("/usr/bin/systemctl", "#!/bin/sh\necho \"$*\" >>/root/systemctl\n", 0o755)
	d.told()
}

// told gives what systemd was told since it was last asked.
func (d *debian) told() string {
	d.t.Helper()
	return d.run("touch /root/systemctl; cat /root/systemctl; : >/root/systemctl")
}

// furnish puts down what is the hotel's.
func (d *debian) furnish() {
	d.t.Helper()
	d.run("bellhop config example >/etc/bellhop/bellhop.toml && echo '-- ours' >/etc/bellhop/hooks/ours.lua && mkdir /etc/bellhop/sounds/en && echo >/etc/bellhop/sounds/en/ours.wav")
	d.run("echo hush >/etc/bellhop/secrets/pbx && chmod 0600 /etc/bellhop/secrets/pbx && chown bellhop: /etc/bellhop/secrets/pbx")
	d.run("echo data >/var/lib/bellhop/bellhop.db && chmod 0600 /var/lib/bellhop/bellhop.db && chown bellhop: /var/lib/bellhop/bellhop.db")
}

// hotels is what must outlive upgrades and removal, with owners and modes.
func (d *debian) hotels() string {
	d.t.Helper()
	return d.run("find /etc/bellhop /var/lib/bellhop | sort | xargs stat -c '%n %U %G %a' && find /etc/bellhop /var/lib/bellhop -type f | sort | xargs sha256sum")
}
