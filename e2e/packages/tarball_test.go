package packages

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// unpackInto puts a tarball's folder into a Debian, and names it.
func (d *debian) unpackInto(tarball string) (folder string) {
	d.t.Helper()
	folder = "/root/" + strings.TrimSuffix(filepath.Base(tarball), ".tar.gz")
	for name, file := range contents(d.t, tarball) {
		d.write(folder+"/"+name, string(file.data), file.mode)
	}
	return folder
}

func TestTarballLife(t *testing.T) {
	d := newDebian(t)
	before, after := d.unpackInto(made(t, older, here, "bellhop_%s_linux_amd64.tar.gz")), d.unpackInto(made(t, newer, here, "bellhop_%s_linux_amd64.tar.gz"))
	d.says(d.run("cd "+before+" && ./install.sh"), "Next: bellhop setup")
	d.is("bellhop version | cut -d' ' -f2", older)
	d.is("grep -c /usr/bin/ /etc/systemd/system/bellhop.service; grep ^ExecStart= /etc/systemd/system/bellhop.service", "0\nExecStart=/usr/local/bin/bellhop run")
	const wanted = "/etc/systemd/system/multi-user.target.wants/bellhop.service"
	d.is("readlink -f "+wanted, "/etc/systemd/system/bellhop.service")
	d.furnish()
	kept := d.hotels()

	d.run("systemctl disable bellhop.service")
	d.underSystemd()
	d.run(after + "/install.sh")
	if told := d.told(); !strings.Contains(told, "try-restart bellhop.service") || strings.Contains(told, "enable") {
		t.Errorf("at an upgrade systemd was told:\n%s", told)
	}
	d.is("bellhop version | cut -d' ' -f2", newer)
	d.says(d.run("/usr/local/lib/bellhop/uninstall.sh"), "stay in /etc/bellhop")
	if told := d.told(); !strings.Contains(told, "stop bellhop.service") {
		t.Errorf("at a removal systemd was told:\n%s", told)
	}
	d.is("find /usr/local /etc/systemd -name '*bellhop*'", "")
	if now := d.hotels(); now != kept {
		t.Errorf("upgrade and removal made of\n%s\nthis:\n%s", kept, now)
	}
	d.says(d.run(before+"/uninstall.sh --purge"), "removing /etc/bellhop")
	d.is("ls -d /etc/bellhop /var/lib/bellhop 2>/dev/null || echo gone", "gone")
}

func TestTarballRefusesWhatIsWrong(t *testing.T) {
	d := newDebian(t)
	for name, c := range map[string]struct{ script, want string }{
		"no root":         {"chmod 0755 /root && setpriv --reuid 65534 %s/install.sh", "only root may"},
		"another program": {"printf '\\177ELF no' >%[1]s/bellhop; %[1]s/install.sh", "take the file for this computer"},
		"a deb is there":  {"touch /usr/bin/bellhop; %s/install.sh", "from a deb or an rpm"},
		"a word too many": {"%s/uninstall.sh --all", "it knows --purge alone"},
	} {
		folder := d.unpackInto(made(t, newer, here, "bellhop_%s_linux_amd64.tar.gz"))
		said, err := d.try(fmt.Sprintf(c.script, folder))
		if err == nil || !strings.Contains(said, c.want) {
			t.Errorf("%s: %v, %s", name, err, said)
		}
		d.run("rm -rf /usr/bin/bellhop " + folder)
		d.is("ls -d /usr/local/bin/bellhop /etc/bellhop 2>/dev/null || echo nothing", "nothing")
	}
}
