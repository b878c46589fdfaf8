package packages

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"

	"bellhop/e2e/need"
	"bellhop/sabotage"
	"bellhop/sim"
)

// machineTime bounds the life of the machine, which may be emulated beside
// other tests.
const machineTime = 15 * time.Minute

//go:embed testdata/try.sh
var tryScript string

// machineConfig names no file for a secret: only what systemd gives is there.
const machineConfig = `
[hotel]
name = "Harbour Inn"
timezone = "Europe/Rome"
country = "IT"
currency = "EUR"
language = "en"
[pbx]
url = "http://127.0.0.1:1"
username = "api"
event_listen = "127.0.0.1:8260"
[classes]
[pms]
link = "webhook"
url = "http://127.0.0.1:1"
`

// TestUnderSystemd boots a Debian with the package in a virtual machine and
// goes through testdata/try.sh in it.
func TestUnderSystemd(t *testing.T) {
	qemu, mkfs, kernel := need.Tool(t, "qemu-system-x86_64"), need.Tool(t, "mkfs.ext4"), need.Kernel(t)
	d := newDebian(t)
	d.run("dpkg -i " + d.take(made(t, older, here, "bellhop_%s_amd64.deb")))
	d.take(made(t, newer, here, "bellhop_%s_amd64.deb"))
	d.write("/etc/bellhop/bellhop.toml", machineConfig, 0o644)
	for _, name := range []string{"pbx", "pms"} { // root's, so that only systemd can give them
		d.write("/etc/bellhop/secrets/"+name, "hush of "+name+"\n", 0o600)
	}
	takeDying(t, d, "1.2.0")
	body := sim.DTMF("369872B04EDC", sim.CallID(time.Unix(1_700_000_000, 0), 1), "1203", "777*01")
	d.write("/root/report", fmt.Sprintf("POST / HTTP/1.1\r\nHost: bellhop\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body), 0o600)
	d.write("/root/try.sh", tryScript, 0o755)
	d.write("/etc/systemd/system/try.service", "[Service]\nExecStart=/bin/bash /root/try.sh\n[Install]\nWantedBy=multi-user.target\n", 0o644)
	d.run("systemctl enable try.service && systemctl mask systemd-logind.service getty@.service serial-getty@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service")
	d.write("/etc/fstab", "", 0o644)

	said := boot(t, d, qemu, mkfs, kernel)
	for _, want := range []string{
		"it is active after boot, enabled",
		"it runs as bellhop",
		"no rights: 0000000000000000 0000000000000000, no new ones: 1, system calls filtered: 2",
		"its root can be read alone: ro",
		"credential pbx: hush of pbx.",
		"credential mail: .",
		"nobody cannot read it", "nor the secret's file, nor bellhop",
		"in its environment: 0",
		"missing of secrets: none",
		"a report is answered: HTTP/1.1 200 OK", "events: 777*01",
		"clock synchronised: no", "and then: yes", // which a filter of calls may forbid to ask
		"reloaded, the same process",
		"the watchdog started it again",
		"upgraded: " + newer + ", another process",
		"an update to a version that dies: exit 1",
		"taken back: " + newer + ", with its events: 777*01",
		"told: update-taken-back",
		"it stopped: success",
		"that was all",
	} {
		if !strings.Contains(said, want+"\n") {
			t.Errorf("nothing said of %q", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}

// takeDying puts a signed version there that ends as soon as it answers, and the
// key by which it is signed.
func takeDying(t *testing.T, d *debian, version string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bellhop-"+version)
	build := exec.Command("go", "build", "-tags", "sabotage", "-ldflags",
		"-s -w -X main.buildVersion="+version+" -X bellhop/sabotage.built="+sabotage.DiesOnTrial, "-o", path, "bellhop/cmd/bellhop")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build a version that dies: %v: %s", err, said)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	reader := minisign.NewReader(bytes.NewReader(text))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Fatal(err)
	}
	file := d.take(path)
	d.write(file+".minisig", string(reader.SignWithComments(private, "file:"+filepath.Base(path)+" version:"+version, "")), 0o600)
	d.write("/root/key", public.String(), 0o600)
}

// boot gives what the machine has said on its second serial line.
func boot(t *testing.T, d *debian, qemu, mkfs, kernel string) string {
	t.Helper()
	folder := t.TempDir()
	disk, console, says := filepath.Join(folder, "disk"), filepath.Join(folder, "console"), filepath.Join(folder, "says")
	if out, err := exec.Command(mkfs, "-q", "-d", d.root, "-O", "^has_journal", disk, "700M").CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4: %v: %s", err, out)
	}
	// Without KVM, which is not everywhere, nor works everywhere that it is.
	cmd := exec.CommandContext(t.Context(), qemu,
		"-machine", "q35", "-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", "512", "-nodefaults", "-display", "none", "-no-reboot",
		"-kernel", kernel, "-append", "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check root=/dev/nvme0n1 rw rootwait systemd.show_status=1",
		"-serial", "file:"+console, "-serial", "file:"+says,
		"-drive", "file="+disk+",format=raw,if=none,id=disk,cache=unsafe", "-device", "nvme,drive=disk,serial=bellhop")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(machineTime, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	err := cmd.Wait()
	t.Logf("the machine ran for %s", time.Since(began).Round(time.Second))
	if err != nil {
		shown, _ := os.ReadFile(console)
		t.Errorf("qemu: %v: %s\nthe machine's console:\n%s", err, out.Bytes(), shown[max(0, len(shown)-4000):])
	}
	text, err := os.ReadFile(says)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r", "")
}
