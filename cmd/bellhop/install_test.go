package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

const (
	simDialplan = sim.DialplanPath
	simRoom     = sim.SoundsPath + "/en/room.wav"
)

// newBuilding is a patient whose PBX takes files, over a scheme, and has
// none of ours yet.
func newBuilding(t *testing.T, scheme string, spoil ...string) *patient {
	t.Helper()
	ln := listening(t)
	section := "[install]\nurl = \"" + scheme + "://support@" + ln.Addr().String() + "\"\n[hooks]"
	p := newPatient(t, sim.PBXOptions{FilePassword: doctorPassword}, append([]string{"[hooks]", section}, spoil...)...)
	t.Setenv("BELLHOP_INSTALL_PASSWORD", doctorPassword)
	if scheme == "ftp" {
		serving(t, func(ctx context.Context) error { return p.pbx.ServeFTP(ctx, ln) })
		return p
	}
	serving(t, func(ctx context.Context) error { return p.pbx.ServeSFTP(ctx, ln) })
	if _, errOut, code := p.run("trust", "install", "--fingerprint", p.pbx.HostKeys()[0].Fingerprint); code != 0 {
		t.Fatal(errOut)
	}
	return p
}

// disk is what the PBX's files hold, by path.
func (p *patient) disk() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	for _, f := range p.pbx.Files("/") {
		if f.Folder {
			all[f.Path] = "folder"
			continue
		}
		data, err := p.pbx.File(f.Path)
		if err != nil {
			p.t.Fatal(err)
		}
		all[f.Path] = string(data)
	}
	return all
}

func (p *patient) sameDisk(when string, want map[string]string) {
	p.t.Helper()
	got := p.disk()
	for name, data := range want {
		if got[name] != data {
			p.t.Errorf("%s: %s has %d bytes, want the %d that it had", when, name, len(got[name]), len(data))
		}
		delete(got, name)
	}
	for name := range got {
		p.t.Errorf("%s: %s is left there", when, name)
	}
}

// expect runs a command and looks for texts in what it prints.
func (p *patient) expect(command string, code int, texts ...string) string {
	p.t.Helper()
	out, errOut, got := p.run(strings.Fields(command)...)
	if got != code {
		p.t.Errorf("bellhop %s: exit code %d, want %d\n%s%s", command, got, code, out, errOut)
	}
	for _, text := range texts {
		if !strings.Contains(out+errOut, text) {
			p.t.Errorf("bellhop %s: no %q in\n%s%s", command, text, out, errOut)
		}
	}
	return out
}

// TestInstall goes through the installer's hour: plan, apply, apply again, a
// change by hand, rollback.
func TestInstall(t *testing.T) {
	for _, scheme := range []string{"sftp", "ftp"} {
		t.Run(scheme, func(t *testing.T) {
			p := newBuilding(t, scheme)
			before := p.disk()
			p.expect("install verify", 1, "nothing was installed from this box")
			p.expect("install rollback --yes", 1, "nothing to roll back")
			p.expect("install plan --offline", 0, "+exten => 777,1,Goto(bellhop-housekeeping", "changed 1, same 0, blocked 0", "--offline leaves the PBX alone", "1. Save and Apply (保存, 应用) on the PBX's web page")
			p.expect("install apply --offline", 1, "agree to that with --yes")
			p.sameDisk("after a plan", before)

			logins := p.pbx.Stats().FileLogins
			out := p.expect("install apply --offline --yes --no-proof --json", 0, "Installed and read back", "bellhop install rollback -c "+p.file)
			if n := p.pbx.Stats().FileLogins - logins; n != 1 {
				t.Errorf("%d logins for one apply", n)
			}
			var first applied
			if err := json.Unmarshal([]byte(out), &first); err != nil || first.Put < 40 || first.Sent < 100_000 {
				t.Errorf("applied: %s, %v", out, err)
			}
			if plan := p.disk()[simDialplan]; !strings.HasPrefix(plan, before[simDialplan]) || !strings.Contains(plan, "bellhop-minibar") {
				t.Errorf("the dialplan is %q", plan)
			}
			out = p.expect("install apply --offline --yes --no-proof --json", 0, "nothing was sent")
			var second applied
			if err := json.Unmarshal([]byte(out), &second); err != nil || second.Sent != 0 || second.Run != "" {
				t.Errorf("applied again: %s, %v", out, err)
			}
			p.expect("install verify", 0, "files are as they were installed")

			if err := p.pbx.SetFile(simRoom, []byte("RIFF, not ours")); err != nil {
				t.Fatal(err)
			}
			if err := p.pbx.SetFile(simDialplan, []byte(before[simDialplan])); err != nil {
				t.Fatal(err)
			}
			found := p.expect("install verify", 1, simRoom, "2 of ", "install apply", "-exten => 777,1,Goto(")
			if strings.Contains(found, "bh-0.wav") {
				t.Errorf("it names what is as it was: %s", found)
			}
			p.expect("install apply --offline --yes --no-proof", 0, "Installed and read back: 2 files")
			p.expect("install verify --json", 0, `"what":"fine"`)
			p.expect("install rollback", 1, "agree to that with --yes")
			p.expect("install rollback --yes --others overwrite --to "+first.Run, 0, "Taken back and read back", "Save and Apply")
			p.sameDisk("after the rollback", before)
			p.expect("install rollback --yes", 1, "nothing to roll back")
		})
	}
}

// TestRefusedLoginIsNotRepeated: a few wrong passwords lock the box out.
func TestRefusedLoginIsNotRepeated(t *testing.T) {
	for _, scheme := range []string{"sftp", "ftp"} {
		for _, command := range []string{"install plan --offline", "install apply --offline --yes", "install verify", "install rollback --yes"} {
			t.Run(scheme+" "+command, func(t *testing.T) {
				p := newBuilding(t, scheme)
				if strings.Contains(command, "rollback") {
					p.expect("install apply --offline --yes --no-proof", 0)
				}
				t.Setenv("BELLHOP_INSTALL_PASSWORD", "canary-wrong")
				p.expect(command, 1, "the login was refused")
				if s := p.pbx.Stats(); s.FilesRefused != 1 {
					t.Errorf("%d logins were refused, want one", s.FilesRefused)
				}
			})
		}
	}
}

// TestPlanKnowsThePBX: by the agent's login what is there already is found,
// and nothing is put there.
func TestPlanKnowsThePBX(t *testing.T) {
	p := newBuilding(t, "sftp", "[api]", "[services]\nhousekeeping = \"1001\"\nroom_status = \"*52\"\n[api]").start()
	before := p.disk()
	for _, command := range []string{"install plan", "install apply --yes"} {
		p.expect(command, 1, "refused: 1001, *52 mean something else")
	}
	var plan planAnswer
	if err := json.Unmarshal([]byte(p.expect("install plan --json", 1)), &plan); err != nil || len(plan.Conflicts) < 2 || plan.Conflicts[0].Subject != "1001" || plan.Conflicts[0].Do == "" || len(plan.Files) < 40 {
		t.Errorf("%+v, %v", plan.Conflicts, err)
	}
	p.sameDisk("after refusals", before)
}

// TestPlanWithoutAnAgent logs in only if somebody agrees, and gives that login
// up again.
func TestPlanWithoutAnAgent(t *testing.T) {
	p := newBuilding(t, "sftp")
	p.expect("install plan", 0, "the agent does not run, and a login of its own (--yes) would take")
	if s := p.pbx.Stats(); s.Logins != 0 {
		t.Errorf("%d logins nobody agreed to", s.Logins)
	}
	if out := p.expect("install plan --yes", 0, "the agent does not run"); strings.Contains(out, "the PBX's extensions, outbound routes") {
		t.Errorf("it did not ask:\n%s", out)
	}
	if _, registered := p.pbx.Registration(); registered || p.pbx.Stats().Logins != 1 {
		t.Error("the PBX goes on sending reports to who has gone")
	}
}

// TestNoInstallationNearAnAlarm: the PBX is not disturbed before it wakes a
// guest.
func TestNoInstallationNearAnAlarm(t *testing.T) {
	p := newBuilding(t, "sftp")
	x, _ := p.pbx.Extension("1001")
	soon := time.Now().In(time.FixedZone("", 8*3600)).Add(3 * time.Minute).Format("15:04")
	x.Alarms = []sim.Alarm{{Time: soon, Type: "everyday", Repeats: "1", Interval: "1"}}
	if err := p.pbx.SetExtension(x); err != nil {
		t.Fatal(err)
	}
	p.start()
	before := p.disk()
	p.expect("install plan", 0, "the PBX wakes a guest at "+soon)
	p.expect("install apply --yes --no-proof", 1, "the PBX wakes a guest at "+soon, "try again from ")
	p.sameDisk("near an alarm", before)
}

// TestProof waits for a telephone, and says how to go back when none dials.
func TestProof(t *testing.T) {
	p := newBuilding(t, "sftp")
	p.expect("install apply --offline --yes", 1, "the files are there, but not proven: the agent does not run")
	p.start()
	p.expect("install apply --yes --within 1ms", 1, "no telephone dialled a service within 1ms", "take it back: bellhop install rollback")
	var out bytes.Buffer
	said := &hears{text: "Waiting for that telephone", then: func() {
		for phone, digits := range map[string]string{"1002": "*971001", "1001": "777*01"} { // what the PBX's own codes report is no proof
			if _, err := p.pbx.Dial(phone, digits); err != nil {
				t.Error(err)
			}
		}
	}}
	code := run(t.Context(), []string{"install", "apply", "--yes", "--json", "--within", "30s", "-c", p.file}, &out, said)
	var done applied
	if err := json.Unmarshal(out.Bytes(), &done); code != 0 || err != nil || done.Proof == 0 || done.Sent != 0 {
		t.Errorf("%d, %v, %s%s", code, err, out.String(), said.String())
	}
	for _, text := range []string{"Dial 777 on a room's telephone, and when it has spoken press 01", "1001", "dialled 777*01", "Call the desk", "Done."} {
		if !strings.Contains(said.String(), text) {
			t.Errorf("no %q in %s", text, said.String())
		}
	}
}

// hears acts once when a text is printed.
type hears struct {
	bytes.Buffer
	text string
	then func()
}

func (h *hears) Write(b []byte) (int, error) {
	n, err := h.Buffer.Write(b)
	if h.then != nil && strings.Contains(h.String(), h.text) {
		h.then()
		h.then = nil
	}
	return n, err
}

// TestRollbackWhereOthersWrote asks what is to become of their work.
func TestRollbackWhereOthersWrote(t *testing.T) {
	p := newBuilding(t, "sftp")
	before := p.disk()
	p.expect("install apply --offline --yes --no-proof", 0)
	const theirs = "\n[theirs]\nexten => 1,1,Hangup()\n"
	if err := p.pbx.SetFile(simDialplan, []byte(p.disk()[simDialplan]+theirs)); err != nil {
		t.Fatal(err)
	}
	if err := p.pbx.SetFile(simRoom, []byte("others' recording")); err != nil {
		t.Fatal(err)
	}
	p.expect("install rollback --yes", 1, "others have changed "+simRoom, "--others overwrite or --others leave")
	p.expect("install rollback --yes --others maybe", 2, `must be "overwrite" or "leave"`)
	p.expect("install rollback --yes --others leave", 0, "Taken back")
	before[simDialplan] += theirs
	before[simRoom] = "others' recording"
	p.sameDisk("after the rollback", before)
}

// TestUploads writes what a person has to give the web page.
func TestUploads(t *testing.T) {
	p := newBuilding(t, "sftp")
	folder := filepath.Join(t.TempDir(), "up")
	p.expect("install plan --offline --uploads "+folder, 0, "upload the files of bh-0 (en)")
	wav, err := os.ReadFile(filepath.Join(folder, "en", "bh-wakeup-call.wav"))
	if err != nil || !bytes.HasPrefix(wav, []byte("RIFF")) {
		t.Errorf("%d bytes, %v", len(wav), err)
	}
}

func TestInstallNeedsToKnowWhere(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{})
	for _, command := range []string{"install plan", "install apply --yes", "install verify", "install rollback --yes"} {
		p.expect(command, 1, "install.url is not set")
	}
	p.expect("install apply --within 0s", 2, "--within must be more")
	p.expect("install", 2, "install knows: plan, apply, verify, rollback")
}
