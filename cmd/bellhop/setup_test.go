package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"bellhop/api"
	"bellhop/hotel"
	"bellhop/install"
	"bellhop/sim"
)

// newSetup is a hotel beside a PBX over TLS that takes files by SFTP, and a box
// with nothing on it but two files with the passwords.
func newSetup(t *testing.T, o sim.PBXOptions) (p *patient, flags []string) {
	t.Helper()
	o.TLS, o.FilePassword = true, doctorPassword
	p = newPatient(t, o)
	for _, name := range []string{"BELLHOP_PBX_PASSWORD", "BELLHOP_INSTALL_PASSWORD", "CREDENTIALS_DIRECTORY"} {
		t.Setenv(name, "")
	}
	if err := os.Remove(p.file); err != nil {
		t.Fatal(err)
	}
	err := p.pbx.SetRoutes([]sim.OutRoute{
		{ID: "1", Name: "Emergency", Prefix: "1[12]X"}, {ID: "2", Name: "Local", Prefix: "[2-8]XXXXXX!"}, {ID: "3", Name: "National", Prefix: "0Z."},
	})
	if err != nil {
		t.Fatal(err)
	}
	ln := listening(t)
	serving(t, func(ctx context.Context) error { return p.pbx.ServeSFTP(ctx, ln) })
	push, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	sum := p.pbx.Fingerprint()
	passwords := t.TempDir()
	for name, text := range map[string]string{"good": doctorPassword, "bad": "canary-wrong"} {
		if err := os.WriteFile(filepath.Join(passwords, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good, dir := filepath.Join(passwords, "good"), filepath.Dir(p.file)
	return p, []string{
		"--yes", "--country", "CN", "--language", "en", "--name", "Inn", "--pbx", strings.Replace(p.url, "http:", "https:", 1), "--password-file", good,
		"--pbx-fingerprint", hex.EncodeToString(sum[:]), "--sole-user", "--install", "sftp://support@" + ln.Addr().String(), "--install-password-file", good,
		"--install-fingerprint", p.pbx.HostKeys()[0].Fingerprint, "--rooms", "1001-1002", "--set", "store.path=" + dir + "/data/b.db", "--set", "api.socket=" + dir + "/s",
		"--set", "api.listen=", "--set", "pbx.event_listen=" + push, "--set", "pbx.advertise=" + push, "--set", "hooks.dir=" + dir + "/hooks",
	}
}

// few leaves services out, and with them most files for the PBX.
func few(flags []string) []string {
	return append(slices.Clone(flags), "--set", "services.minibar=", "--set", "services.wakeup=", "--set", "services.confirm=", "--set", "wakeup.how=pbx")
}

// but is flags with other values; a value of "" leaves the flag out.
func but(flags []string, changes ...string) []string {
	flags = slices.Clone(flags)
	for change := range slices.Chunk(changes, 2) {
		i := slices.Index(flags, change[0])
		switch {
		case i < 0:
			flags = append(flags, change...)
		case change[1] != "":
			flags[i+1] = change[1]
		case change[0] == "--sole-user":
			flags = slices.Delete(flags, i, i+1)
		default:
			flags = slices.Delete(flags, i, i+2)
		}
	}
	return flags
}

func (p *patient) setup(flags []string) (out, errOut string, code int) {
	p.t.Helper()
	return p.run(append([]string{"setup"}, flags...)...)
}

// box is what setup has left, by path: files that are not the agent's own.
func (p *patient) box() map[string]string {
	p.t.Helper()
	dir, all := filepath.Dir(p.file), map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if strings.HasPrefix(name, "data/b.db") || strings.HasPrefix(name, "data/install") || slices.Contains([]string{"data/running", "data/pbx-login-tries"}, name) {
			return nil
		}
		text, err := os.ReadFile(path)
		all[name] = string(text)
		if name == "data/handover.html" {
			all[name] = madeAt.ReplaceAllString(all[name], "")
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// sameBox tells where the box is not as it must be.
func (p *patient) sameBox(want map[string]string) {
	p.t.Helper()
	got := p.box()
	for name := range got {
		if _, there := want[name]; !there {
			p.t.Errorf("%s is there: %q", name, got[name])
		}
	}
	for name, text := range want {
		if got[name] != text {
			p.t.Errorf("%s: %s", name, install.Diff("want", "got", []byte(text), []byte(got[name])))
		}
	}
}

var madeAt = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?`)

// TestSetup goes from an address and a password to a box that works: the doctor
// finds nothing wrong, and the first event is taken and carried out.
func TestSetup(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	out, errOut, code := p.setup(flags)
	if code != 0 {
		t.Fatalf("%d\n%s%s", code, out, errOut)
	}
	for _, want := range []string{
		"The PBX: Yeastar S300", "For help (110, 119, 120, 122): Emergency", "Class local: Local\n", "Class national: Local, National\n", "+exten => 777,1,Goto(bellhop-housekeeping",
		"New rooms: 2 1001-1002", "changed 1, same 0", "handover.html", "systemctl enable --now bellhop", "Still to do: Save and Apply",
	} {
		if !strings.Contains(out+errOut, want) {
			t.Errorf("no %q in\n%s%s", want, out, errOut)
		}
	}
	if s := p.pbx.Stats(); s.Refused != 0 || s.FilesRefused != 0 || s.FileLogins != 1 {
		t.Errorf("at the PBX: %+v", s)
	}
	p.modes(map[string]os.FileMode{"b.toml": 0o644, "secrets": 0o700, "secrets/pbx": 0o600, "secrets/install": 0o600, "data": 0o700, "data/pins": 0o700, "data/pins/pbx": 0o600, "data/pins/install": 0o600})
	p.expect("config check", 0, "good (Inn, yeastar at https://")
	if out := p.expect("config check", 0); strings.Contains(out, "missing") {
		t.Error(out)
	}

	box, disk := p.box(), p.disk()
	if out, errOut, code := p.setup([]string{"--yes"}); code != 0 || !strings.Contains(errOut, "is as it should be") || !strings.Contains(errOut, "nothing was sent") {
		t.Errorf("again: %d\n%s%s", code, out, errOut)
	}
	p.sameBox(box)
	p.sameDisk("after a second run", disk)

	p.start().pbx.Apply()
	if _, err := p.pbx.Dial("1001", "777*01"); err != nil {
		t.Fatal(err)
	}
	for out := ""; !strings.Contains(out, `"status":"clean"`); out = p.say("rooms", "list", "--json") {
		select {
		case <-t.Context().Done():
			t.Fatal(out)
		case <-time.After(50 * time.Millisecond):
		}
	}
	p.want(0, nil, "pbx.login ok ok", "pbx.events ok ok", "pbx.routes ok ok", "pbx.emergency ok ok", "pbx.extensions ok ok", "rooms.occupancy warning unconfirmed", "store ok ok")
	if out, errOut, code := p.setup([]string{"--yes", "--occupancy", "listed", "--rooms", "1003"}); code != 0 || !strings.Contains(errOut, "The agent runs") || !strings.Contains(out, "New rooms: 1") {
		t.Errorf("beside the agent: %d\n%s%s", code, out, errOut)
	}
	p.want(0, nil, "rooms.occupancy ok ok")
	p.has(p.box()["data/handover.html"], "Yeastar S300 30.13.0.30", "<td>1003</td>")

	// A password that is tried beside the agent does not cost it the reports.
	good := flags[slices.Index(flags, "--password-file")+1]
	if out, errOut, code := p.setup([]string{"--yes", "--password-file", good, "--relay-to", "http://192.0.2.7/x"}); code != 0 {
		t.Errorf("with a password: %d\n%s%s", code, out, errOut)
	}
	if _, registered := p.pbx.Registration(); !registered {
		t.Error("the PBX sends its reports to nobody")
	}
	p.has(p.box()["b.toml"], `relay_to = ["http://192.0.2.7/x"]`)
}

func (p *patient) modes(want map[string]os.FileMode) {
	p.t.Helper()
	for name, mode := range want {
		info, err := os.Stat(filepath.Join(filepath.Dir(p.file), name))
		if err != nil || info.Mode().Perm() != mode {
			p.t.Errorf("%s: %v, %v, want %o", name, info, err, mode)
		}
	}
}

// TestSetupChangesNothingBeforeItMay: whatever is refused, no login is made that
// nobody agreed to, a password is tried once, and nothing is left on the box.
func TestSetupChangesNothingBeforeItMay(t *testing.T) {
	for name, c := range map[string]struct {
		but             []string
		want            string
		code            int
		logins, refused int
	}{
		"no answers":            {[]string{"--country", "", "--pbx", ""}, "no answer to: --country, --timezone, --currency, --pbx", 2, 0, 0},
		"a takeover":            {[]string{"--sole-user", ""}, "is not made unattended: say --sole-user", 1, 0, 0},
		"a receiver with words": {[]string{"--relay-to", "ftp://x"}, "--relay-to: pbx.relay_to", 2, 0, 0},
		"a wrong password":      {[]string{"--password-file", "BAD"}, "It was tried once", 1, 0, 1},
		"no password":           {[]string{"--password-file", ""}, "or give --password-file", 1, 0, 0},
		"another certificate":   {[]string{"--pbx-fingerprint", strings.Repeat("0", 64)}, "not the fingerprint given as --pbx-fingerprint", 1, 0, 0},
		"no fingerprint":        {[]string{"--pbx-fingerprint", ""}, "give it as --pbx-fingerprint", 1, 0, 0},
		"another host key":      {[]string{"--install-fingerprint", "SHA256:x"}, "given as --install-fingerprint", 1, 1, 0},
		"no host key":           {[]string{"--install-fingerprint", ""}, "give it as --install-fingerprint", 1, 1, 0},
		"no such key":           {[]string{"--set", "hotel.motto=x"}, `unknown key "hotel.motto"`, 2, 0, 0},
		"no country":            {[]string{"--country", "China"}, "--country: must be two capital letters", 2, 0, 0},
		"no zone":               {[]string{"--timezone", "Shanghai"}, "--timezone: must be an IANA zone", 2, 0, 0},
		"no such way":           {[]string{"--events", "udp"}, "--events must be one of", 2, 0, 0},
		"no patterns":           {[]string{"--rooms", "1y"}, "--rooms: ", 2, 0, 0},
		"a range backwards":     {[]string{"--rooms", "1010-1001"}, `--rooms: "1010-1001" runs backwards: write 1001-1010`, 2, 0, 0},
		"a code twice":          {[]string{"--set", "services.minibar=777"}, "is another service's too", 1, 1, 0},
		"a code of the PBX":     {[]string{"--set", "services.minibar=1001"}, "1001 means something else on the PBX already: give another one by --set services.minibar=", 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, flags := newSetup(t, sim.PBXOptions{})
			bad := filepath.Join(filepath.Dir(flags[slices.Index(flags, "--password-file")+1]), "bad")
			for i, v := range c.but {
				c.but[i] = strings.ReplaceAll(v, "BAD", bad)
			}
			if c.but[0] == "--set" {
				flags = append(flags, c.but...)
			} else {
				flags = but(flags, c.but...)
			}
			disk := p.disk()
			out, errOut, code := p.setup(flags)
			if code != c.code || !strings.Contains(errOut, c.want) {
				t.Errorf("%d, want %d, %q\n%s%s", code, c.code, c.want, out, errOut)
			}
			if s := p.pbx.Stats(); s.Logins != c.logins || s.Refused != c.refused || s.FileLogins+s.FilesRefused != 0 {
				t.Errorf("at the PBX: %+v", s)
			}
			if box := p.box(); len(box) > 0 {
				t.Errorf("on the box: %q", box)
			}
			p.sameDisk("after a refusal", disk)
		})
	}
}

// TestSetupWithoutTheFiles: a refused password for the files is tried once, and
// is not left to be tried by the next run or by night; the rest is done.
func TestSetupWithoutTheFiles(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	bad := filepath.Join(filepath.Dir(flags[slices.Index(flags, "--install-password-file")+1]), "bad")
	out, errOut, code := p.setup(but(flags, "--install-password-file", bad))
	if code != 1 || !strings.Contains(errOut, "This went wrong, and the rest goes on") || !strings.Contains(errOut, "1 steps and 0 checks failed") || !strings.Contains(out, "New rooms: 2") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
	if s := p.pbx.Stats(); s.FilesRefused != 1 {
		t.Errorf("at the PBX: %+v", s)
	}
	if box := p.box(); box["secrets/install"] != "" || box["data/handover.html"] == "" || strings.Contains(box["data/handover.html"], "install rollback") {
		t.Errorf("on the box: %q", box)
	}
	if _, errOut, code := p.setup([]string{"--yes"}); code != 1 || !strings.Contains(errOut, "--install-password-file") || p.pbx.Stats().FilesRefused != 1 {
		t.Errorf("again: %d, %s", code, errOut)
	}
	good := flags[slices.Index(flags, "--install-password-file")+1]
	if out, errOut, code := p.setup([]string{"--yes", "--install-password-file", good}); code != 0 {
		t.Errorf("with the right one: %d\n%s%s", code, out, errOut)
	}
}

// TestSetupTakesWhatIsThere: a config that is there stays but for what flags say,
// and the change is shown; codes that are taken give way on a new box.
func TestSetupTakesWhatIsThere(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{TCP: true})
	flags = but(flags, "--install", "none", "--rooms", "none")
	if err := p.pbx.SetExtension(sim.PBXExtension{Number: "778"}); err != nil {
		t.Fatal(err)
	}
	if _, errOut, code := p.setup(flags); code != 1 || !strings.Contains(errOut, "778, for services.minibar, means something else") {
		t.Errorf("%d, %s", code, errOut) // nothing serves the stream of events
	}
	config := p.box()["b.toml"]
	p.has(config, `minibar = "678"`, `events = "tcp"`, `event_addr = "127.0.0.1:8333"`, `routes = ["Emergency"]`)

	mine := strings.Replace(config, "\n[hotel]", "\n# by hand\n[hotel]", 1)
	mine = regexp.MustCompile(`(?m)^currency.*\n`).ReplaceAllString(mine, "")
	mine = strings.Replace(mine, `local = ["Local"]`, `local = ["Local", "National"] # dear`, 1)
	if err := errors.Join(os.WriteFile(p.file, []byte(mine), 0o644), os.Chmod(p.file, 0o640)); err != nil {
		t.Fatal(err)
	}
	out, errOut, _ := p.setup([]string{"--yes", "--name", "Inn on the Bay"})
	p.has(out, `-name = "Inn"`, `+name = "Inn on the Bay"`, `+currency = "CNY"`)
	got := p.box()["b.toml"]
	p.has(got, "# by hand", `local = ["Local", "National"] # dear`, `name = "Inn on the Bay"`)
	if strings.Contains(errOut, "means something else") {
		t.Error(errOut)
	}
	p.modes(map[string]os.FileMode{"b.toml": 0o640})

	if err := os.WriteFile(p.file, []byte("[hotel]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errOut, code := p.setup(flags); code != 1 || !strings.Contains(errOut, "is not touched: mend it") || p.box()["b.toml"] != "[hotel]\n" {
		t.Errorf("%d, %s", code, errOut)
	}
}

// TestSetupWithoutAPBX: the box may be set up before there is one; a config that
// somebody wrote is no proof that the reports are ours.
func TestSetupWithoutAPBX(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	none := but(flags, "--pbx", "none", "--install", "none", "--rooms", "none")
	for _, run := range [][]string{none, {"--yes"}} { // the doctor may not believe the clock: then that is the exit code
		out, errOut, _ := p.setup(run)
		if strings.Contains(errOut, "This went wrong") || !strings.Contains(errOut, "handover.html") || p.pbx.Stats().Logins != 0 {
			t.Errorf("%s%s", out, errOut)
		}
	}
	p.has(p.box()["b.toml"], `driver = "none"`)
	if out, errOut, code := p.setup(flags); code != 0 || p.pbx.Stats().Logins == 0 {
		t.Errorf("when it has come: %d\n%s%s", code, out, errOut)
	}
	data := filepath.Join(filepath.Dir(p.file), "data", "b.db")
	if err := errors.Join(os.Remove(data), os.Remove(data+"-intake")); err != nil {
		t.Fatal(err)
	}
	logins := p.pbx.Stats().Logins
	if _, errOut, code := p.setup(but(flags, "--sole-user", "")); code != 1 || !strings.Contains(errOut, "is not made unattended") || p.pbx.Stats().Logins != logins {
		t.Errorf("beside a config of somebody: %d, %s", code, errOut)
	}
}

// TestSetupStopsAnywhere: a run that is stopped after any of its changes leaves a
// box on which the same command goes on to the same end.
func TestSetupStopsAnywhere(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	flags = few(flags)
	whole := watched(t, p, flags, "")
	want, disk := p.box(), p.disk()
	if len(whole) < 9 {
		t.Fatalf("only %q", whole)
	}
	for _, step := range whole {
		t.Run(step, func(t *testing.T) {
			p.t = t
			p.clear()
			if seen := watched(t, p, flags, step); seen[len(seen)-1] != step {
				t.Fatalf("stopped after %q", seen)
			}
			if out, errOut, code := p.setup(flags); code != 0 {
				t.Fatalf("%d\n%s%s", code, out, errOut)
			}
			p.sameBox(want)
			p.sameDisk("in the end", disk)
		})
	}
}

// watched runs setup until it has made a change, and gives those that it made.
func watched(t *testing.T, p *patient, flags []string, until string) (seen []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	err := dispatch(&env{ctx: ctx, out: &out, err: &out, watch: func(step string) {
		if seen = append(seen, step); step == until {
			cancel()
		}
	}}, append([]string{"setup", "-c", p.file}, flags...))
	if (err != nil) != (until != "") || until != "" && !errors.Is(err, context.Canceled) {
		t.Fatalf("until %q: %v\n%s", until, err, out.String())
	}
	return seen
}

// clear is a new box beside the same PBX, as it was.
func (p *patient) clear() {
	p.t.Helper()
	if _, err := os.Stat(p.file); err == nil {
		p.run("install", "rollback", "--yes", "--others", "overwrite")
	}
	dir := filepath.Dir(p.file)
	all, err := os.ReadDir(dir)
	for _, entry := range all {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// TestSetupRings: the test call is one wake-up, and its proof a key; one that
// comes to nothing else is an error that says to what, and one that the PBX does
// not place says at once what the PBX answered, and is taken back.
func TestSetupRings(t *testing.T) {
	for name, c := range map[string]struct {
		states  []hotel.WakeUpState
		trouble string // of the last of them
		want    string
	}{
		"a key":  {[]hotel.WakeUpState{"", hotel.WakeUpScheduled, hotel.WakeUpRinging, hotel.WakeUpAnswered}, "", ""},
		"no key": {[]hotel.WakeUpState{hotel.WakeUpUnanswered}, "", "the test call to room 1001 came to: unanswered"},
		"not placed": {
			[]hotel.WakeUpState{"", hotel.WakeUpRinging}, "the PBX refuses: pbx error 10024: the extension may not call out",
			"the test call to room 1001 does not come about: the PBX refuses: pbx error 10024: the extension may not call out. Look whether its telephone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var order hotel.WakeUpAdd
			var cancelled hotel.WakeUpCancel
			mux := http.NewServeMux()
			mux.HandleFunc("POST /v1/wakeups", func(w http.ResponseWriter, r *http.Request) {
				_ = json.NewDecoder(r.Body).Decode(&order)
				_ = json.NewEncoder(w).Encode(api.WakeUpsAnswer{WakeUps: []hotel.WakeUp{{ID: "W7"}}})
			})
			mux.HandleFunc("GET /v1/wakeups", func(w http.ResponseWriter, _ *http.Request) {
				now := hotel.WakeUp{ID: "W7", State: c.states[0]}
				if len(c.states) > 1 {
					c.states = c.states[1:]
				} else {
					now.Trouble = c.trouble
				}
				all := []hotel.WakeUp{{ID: "W6", State: hotel.WakeUpFailed}, now}
				if now.State == "" { // the list does not have it yet
					all = all[:1]
				}
				_ = json.NewEncoder(w).Encode(all)
			})
			mux.HandleFunc("POST /v1/wakeups/cancel", func(w http.ResponseWriter, r *http.Request) {
				_ = json.NewDecoder(r.Body).Decode(&cancelled)
				_ = json.NewEncoder(w).Encode(api.WakeUpsAnswer{})
			})
			socket := filepath.Join(t.TempDir(), "s")
			ln, err := net.Listen("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			serving(t, func(ctx context.Context) error { return api.Serve(ctx, ln, mux) })
			var out bytes.Buffer
			s := &setup{call: &call{env: &env{ctx: t.Context(), out: &out, err: &out}, zone: time.UTC, opt: options{yes: true}}, o: &setupOptions{testCall: "1001"}, client: api.NewClient(socket)}
			err = s.ring()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\n%s", err, out.String())
			}
			if (len(cancelled.IDs) > 0) != (c.trouble != "") {
				t.Errorf("cancelled %+v", cancelled)
			}
			if at, err := time.Parse("15:04", order.Time); err != nil || !slices.Equal(order.Rooms, []string{"1001"}) || order.Retries == nil || *order.Retries != 0 {
				t.Errorf("ordered %+v at %v, %v", order, at, err)
			}
		})
	}
}

// TestSetupTexts: each text is there in both languages, takes the same in both,
// and is used; and none is asked for that is not there.
func TestSetupTexts(t *testing.T) {
	used := map[string]bool{"fault": true}
	asked := regexp.MustCompile(`(?:tell|refuse)\("([a-z.-]+)"|ask: "([a-z-]+)"|ask := "ask|"(ask\.[a-z]+)"|"(routes\.[a-z]+)"`)
	sources, err := filepath.Glob("setup*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "setup_texts.go" {
			continue
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			key := m[1] + m[3] + m[4]
			if m[2] != "" {
				key = "ask." + m[2]
			}
			used[key] = true
			if _, known := setupPhrases[key]; !known && key != "" && !strings.HasSuffix(key, ".") {
				t.Errorf("%s asks for %q, which is not there", name, key)
			}
		}
	}
	for key, p := range setupPhrases {
		if en, zh := verbs.FindAllString(p.en, -1), verbs.FindAllString(p.zh, -1); !slices.Equal(en, zh) {
			t.Errorf("%s takes %v in English and %v in Chinese", key, en, zh)
		}
		chinese := strings.ContainsFunc(p.zh, func(r rune) bool { return unicode.Is(unicode.Han, r) })
		if !chinese && key != "fault" && key != "config" {
			t.Errorf("%s: %q", key, p.zh)
		}
		if !used[key] && !strings.HasPrefix(key, "no-password.") && key != "ask.write" && key != "ask.change" {
			t.Errorf("nobody uses %q", key)
		}
	}
}

// TestSetupSpeaks: who sets a box up is spoken to in the language that was named,
// or in the terminal's: not in the one that the hotel's country suggests. What the
// hotel reads is in the country's.
func TestSetupSpeaks(t *testing.T) {
	const english, chinese = "is not made unattended", "无人值守时不会执行"
	p, flags := newSetup(t, sim.PBXOptions{})
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, "")
	}
	for _, c := range []struct{ language, lang, all, want string }{
		{"", "", "", english}, {"", "en_GB.UTF-8", "", english}, {"", "zh_CN.UTF-8", "", chinese}, {"", "en_GB.UTF-8", "zh_TW", chinese},
		{"", "zh_CN.UTF-8", "C.UTF-8", english}, {"zh", "en_GB.UTF-8", "", chinese}, {"en", "zh_CN.UTF-8", "", english},
	} {
		t.Setenv("LANG", c.lang)
		t.Setenv("LC_ALL", c.all)
		if _, errOut, code := p.setup(but(flags, "--language", c.language, "--sole-user", "")); code != 1 || !strings.Contains(errOut, c.want) {
			t.Errorf("%+v: %d, %s", c, code, errOut)
		}
	}
	t.Setenv("LANG", "en_GB.UTF-8")
	t.Setenv("LC_ALL", "")
	out, errOut, code := p.setup(but(few(flags), "--language", ""))
	if code != 0 {
		t.Fatalf("%d\n%s%s", code, out, errOut)
	}
	p.has(out, "The PBX: Yeastar S300")
	p.has(p.box()["b.toml"], `language = "zh"`)
	if sheet := p.box()["data/handover.html"]; strings.Contains(sheet, "Save and Apply") || !strings.Contains(sheet, "分机") {
		t.Errorf("the hotel's sheet: %s", sheet)
	}
}

// TestSetupSaysWhatItCannotFind: rooms that no telephone has are no success, and a
// fingerprint that was mistyped does not accuse the server.
func TestSetupSaysWhatItCannotFind(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	flags = few(flags)
	if out, errOut, code := p.setup(but(flags, "--rooms", "7001-7009")); code != 1 || !strings.Contains(out+errOut, "no extension of the PBX fits the rooms 7001-7009") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
	if out, errOut, code := p.setup(but(flags, "--rooms", "998-1002,7xx,7001")); code != 2 || !strings.Contains(errOut, "of one length") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
	out, errOut, code := p.setup(but(flags, "--rooms", "0999-1002,7xx,7001"))
	if code != 0 || !strings.Contains(out, "New rooms: 2 1001-1002") || !strings.Contains(errOut, "no extension for these rooms, and they are left out: 0999-1000, 7xx, 7001.") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
	if out, errOut, code := p.setup(flags); code != 0 || strings.Contains(errOut, "left out") {
		t.Errorf("the rooms are there already: %d\n%s%s", code, out, errOut)
	}
	out, errOut, code = p.setup(but(flags, "--install-fingerprint", "SHA256:AAAA"))
	if code != 1 || strings.Contains(out+errOut, "NOT the one") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
}
