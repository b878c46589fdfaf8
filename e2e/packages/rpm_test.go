package packages

import (
	"crypto/sha256"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"bellhop/e2e/need"
)

func TestRPMContents(t *testing.T) {
	rpm := need.Tool(t, "rpm")
	for computer, arch := range map[string]string{"amd64": "x86_64", "arm64": "aarch64", "armv7": "armv7hl", "armv6": "armv6hl"} {
		program := contents(t, made(t, newer, computer, "bellhop_%s_linux_"+computer+".tar.gz"))["bellhop"].data
		query := func(args ...string) string {
			out, err := exec.Command(rpm, append(append([]string{"-qp"}, args...), made(t, newer, computer, "bellhop-%s-1."+arch+".rpm"))...).Output()
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
		if got := query("--qf", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{BUILDHOST}"); got != "bellhop "+newer+" "+arch+" Apache-2.0 bellhop" {
			t.Errorf("it is %s", got)
		}
		files := query("--qf", "[%{FILEMODES:perms} %{FILEUSERNAME} %{FILENAMES} %{FILEDIGESTS}\n]")
		for _, want := range []string{
			fmt.Sprintf("-rwxr-xr-x root /usr/bin/bellhop %x\n", sha256.Sum256(program)),
			"-rw-r--r-- root /usr/lib/systemd/system/bellhop.service ",
			"drwxr-xr-x root /etc/bellhop \n", "drwxr-xr-x root /etc/bellhop/hooks \n",
			"/usr/share/doc/bellhop/THIRD-PARTY ",
		} {
			if !strings.Contains(files, want) {
				t.Errorf("%s has no %q:\n%s", arch, want, files)
			}
		}
	}
}

// TestRPMLife lets rpm install into a Debian, which is as good a place as any
// for what the scripts do.
func TestRPMLife(t *testing.T) {
	rpm, d := need.Tool(t, "rpm"), newDebian(t)
	do := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(rpm, append([]string{"--root", d.root, "--nodeps", "--dbpath", "/var/lib/rpm"}, args...)...)
		cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
		said, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(said), "scriptlet failed") {
			t.Fatalf("rpm %s: %v: %s", args, err, said)
		}
		return string(said)
	}
	d.says(do("-i", made(t, older, here, "bellhop-%s-1.x86_64.rpm")), "Next: bellhop setup")
	d.is("stat -c '%U %a' /etc/bellhop/secrets /var/lib/bellhop", "bellhop 700\nbellhop 700")
	d.furnish()
	d.underSystemd()
	kept := d.hotels()
	do("-U", made(t, newer, here, "bellhop-%s-1.x86_64.rpm"))
	if told := d.told(); !strings.Contains(told, "try-restart bellhop.service") || strings.Contains(told, "disable") {
		t.Errorf("at an upgrade systemd was told:\n%s", told)
	}
	d.is("bellhop version | cut -d' ' -f2", newer)
	d.says(do("-e", "bellhop"), "stay in /etc/bellhop")
	if told := d.told(); !strings.Contains(told, "disable --now bellhop.service") {
		t.Errorf("at a removal systemd was told:\n%s", told)
	}
	if now := d.hotels(); now != kept {
		t.Errorf("upgrade and removal made of\n%s\nthis:\n%s", kept, now)
	}
}
