package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDebLife installs the package, upgrades, removes and purges it, with
// systemd asleep and awake.
func TestDebLife(t *testing.T) {
	d := newDebian(t)
	before, after := d.take(made(t, older, here, "bellhop_%s_amd64.deb")), d.take(made(t, newer, here, "bellhop_%s_amd64.deb"))

	said := d.run("dpkg -i " + before)
	d.says(said, "Next: bellhop setup")
	d.is("bellhop version | cut -d' ' -f1,2", "bellhop "+older)
	d.is("stat -c '%n %U %a' /etc/bellhop /etc/bellhop/hooks /etc/bellhop/sounds /etc/bellhop/secrets /var/lib/bellhop /usr/bin/bellhop",
		"/etc/bellhop root 755\n/etc/bellhop/hooks root 755\n/etc/bellhop/sounds root 755\n/etc/bellhop/secrets bellhop 700\n/var/lib/bellhop bellhop 700\n/usr/bin/bellhop root 755")
	d.is("getent passwd bellhop | cut -d: -f6,7; getent shadow bellhop | cut -d: -f2", "/var/lib/bellhop:/usr/sbin/nologin\n!")
	const wanted = "/etc/systemd/system/multi-user.target.wants/bellhop.service"
	d.is("readlink -f "+wanted, "/usr/lib/systemd/system/bellhop.service")
	d.is("grep -c '^ *Apache License$' /usr/share/doc/bellhop/copyright; ls /usr/share/doc/bellhop", "1\nTHIRD-PARTY\ncopyright\nsbom.cdx.json")

	d.furnish()
	d.underSystemd()
	kept := d.hotels()
	said = d.run("dpkg -i " + after)
	if told := d.told(); !strings.Contains(told, "try-restart bellhop.service") || strings.Contains(told, "stop") {
		t.Errorf("at an upgrade systemd was told:\n%s", told)
	}
	if strings.Contains(said, "setup") {
		t.Errorf("an upgrade says: %s", said)
	}
	d.is("bellhop version | cut -d' ' -f2", newer)
	if now := d.hotels(); now != kept {
		t.Errorf("an upgrade made of\n%s\nthis:\n%s", kept, now)
	}

	d.run("rm " + wanted + " && dpkg -i " + after) // as "systemctl disable" does
	d.is("test -e "+wanted+" || echo still disabled", "still disabled")
	d.told()

	said = d.run("dpkg -r bellhop")
	d.says(said, "stay in /etc/bellhop and /var/lib/bellhop")
	if told := d.told(); !strings.Contains(told, "stop bellhop.service") {
		t.Errorf("at a removal systemd was told:\n%s", told)
	}
	d.is("test -e /usr/bin/bellhop || echo gone", "gone")
	if now := d.hotels(); now != kept {
		t.Errorf("a removal made of\n%s\nthis:\n%s", kept, now)
	}

	d.run("dpkg -i " + before)
	if told := d.told(); !strings.Contains(told, "start bellhop.service") {
		t.Errorf("installed over a config, systemd was told:\n%s", told)
	}
	if now := d.hotels(); now != kept {
		t.Errorf("installing it again made of\n%s\nthis:\n%s", kept, now)
	}

	said = d.run("dpkg -P bellhop")
	d.says(said, "removing /etc/bellhop (config, secrets, hooks) and /var/lib/bellhop (database, backups)")
	d.is("find / -xdev -name '*bellhop*' ! -path '/root/*'", "")
	d.is("getent passwd bellhop | cut -d: -f1", "bellhop")
}

func TestDebSpeaksChinese(t *testing.T) {
	d := newDebian(t)
	d.lang = "zh_CN.UTF-8"
	d.says(d.run("dpkg -i "+d.take(made(t, newer, here, "bellhop_%s_amd64.deb"))), "下一步：bellhop setup")
	d.says(d.run("dpkg -r bellhop"), "仍保留在")
	d.says(d.run("dpkg -P bellhop"), "正在删除")
}

// A disk of its own for the data cannot be removed, and stays empty.
func TestPurgeOfADiskOfItsOwn(t *testing.T) {
	d := newDebian(t)
	d.run("dpkg -i " + d.take(made(t, newer, here, "bellhop_%s_amd64.deb")))
	disk := filepath.Join(d.root, "var/lib/bellhop")
	if said, err := exec.Command("mount", "-t", "tmpfs", "disk", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	d.run("mkdir /var/lib/bellhop/backups && echo >/var/lib/bellhop/backups/1")
	if said := d.run("dpkg -P bellhop"); strings.Contains(said, "could not be removed") {
		t.Error(said)
	}
	d.is("ls -A /var/lib/bellhop; test -e /etc/bellhop || echo gone", "gone")
}

// The deb for v7 says on a v6 which one is right, and dpkg calls both armhf.
func TestDebsOfThe32BitARMs(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		computer, deb, machine string
		refused                bool
	}{
		{"armv7", "bellhop_%s_armhf.deb", "armv6l", true},
		{"armv7", "bellhop_%s_armhf.deb", "armv7l", false},
		{"armv7", "bellhop_%s_armhf.deb", "aarch64", false}, // a 64-bit kernel below 32-bit programs
		{"armv6", "bellhop_%s_armv6.deb", "armv6l", false},
	} {
		deb := made(t, newer, c.computer, c.deb)
		arch, err := exec.Command("dpkg-deb", "-f", deb, "Architecture").Output()
		if err != nil || strings.TrimSpace(string(arch)) != "armhf" {
			t.Errorf("%s is for %s: %v", c.deb, arch, err)
		}
		control := filepath.Join(folder, c.machine+filepath.Base(deb))
		if said, err := exec.Command("dpkg-deb", "-e", deb, control).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		script := filepath.Join(control, "preinst")
		if _, err := os.Stat(script); os.IsNotExist(err) && !c.refused {
			continue
		}
		uname := filepath.Join(control, "uname")
		if err := os.WriteFile(uname, []byte("#!/bin/sh\necho "+c.machine+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		run := exec.Command("sh", script, "install")
		run.Env = append(os.Environ(), "PATH="+control+":"+os.Getenv("PATH"))
		said, err := run.CombinedOutput()
		if (err != nil) != c.refused || c.refused && !strings.Contains(string(said), "_armv6.deb") {
			t.Errorf("%s on %s: %v: %s", c.deb, c.machine, err, said)
		}
	}
}
