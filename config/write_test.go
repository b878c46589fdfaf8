package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// least is the least that a hotel needs.
const least = "[hotel]\ntimezone = \"Asia/Shanghai\"\ncountry = \"CN\"\n[pbx]\ndriver = \"none\"\n"

func edited(t *testing.T, text string, settings ...Setting) string {
	t.Helper()
	out, err := Edit([]byte(text), settings)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return string(out)
}

// A new file has what was said, the comments of the example and nothing else.
func TestEditBeginsAFile(t *testing.T) {
	text := edited(t, "", Setting{"hotel.timezone", "Asia/Shanghai"}, Setting{"hotel.country", "CN"}, Setting{"pbx.driver", "none"},
		Setting{"emergency.routes", []string{"Help, first", `a "b"`}}, Setting{"classes.local", []string{"Local"}}, Setting{"checkout.sweep", true}, Setting{"hooks.vms", 4})
	c, err := Parse([]byte(text))
	if err != nil || c.Hotel.Timezone != "Asia/Shanghai" || len(c.Emergency.Routes) != 2 || c.Emergency.Routes[1] != `a "b"` || !c.Checkout.Sweep || c.Hooks.VMs != 4 {
		t.Errorf("%v, %+v\n%s", err, c, text)
	}
	for _, want := range []string{"# IANA name: schedules", "# Class of service: the names of", "\n[classes]\nlocal = [\"Local\"]", "[hotel]\ntimezone = \"Asia/Shanghai\"        # IANA"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if again := edited(t, text, Setting{"hotel.country", "CN"}, Setting{"emergency.routes", []string{"Help, first", `a "b"`}}); again != text {
		t.Errorf("written again it is\n%s", again)
	}
}

// What a person has written stays as it was, to the byte.
func TestEditKeepsWhatIsThere(t *testing.T) {
	text := "\ufeff# mine\r\n[hotel] # the house\r\ntimezone = 'Asia/Shanghai'   # ours\r\ncountry = \"CN\"\r\n\r\n[classes]\r\nlocal = [ # by the town\r\n  \"A\", # ]\r\n  \"B]\",\r\n] # end\r\n" +
		"[emergency]\r\nroutes = [\"A\"]\r\n[pbx]\r\ndriver = \"none\"\r\n"
	got := edited(t, text, Setting{"classes.local", []string{"C"}}, Setting{"hotel.timezone", "Europe/Rome"}, Setting{"hotel.currency", "EUR"})
	want := strings.NewReplacer("'Asia/Shanghai'", `"Europe/Rome"`, "country = \"CN\"\r\n", "country = \"CN\"\r\ncurrency = \"EUR\"                  # ISO 4217, of all prices\n",
		"[ # by the town\r\n  \"A\", # ]\r\n  \"B]\",\r\n]", `["C"]`).Replace(text)
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// What cannot be edited is left alone, with the key to be set by hand.
func TestEditRefuses(t *testing.T) {
	for _, c := range []struct {
		text, want string
		setting    Setting
	}{
		{"hotel.timezone = \"Asia/Shanghai\"\nhotel.country = \"CN\"\npbx.driver = \"none\"\n", "hotel.country cannot be set where it stands", Setting{"hotel.country", "HK"}},
		{"hotel = {timezone = \"Asia/Shanghai\", country = \"CN\"}\n[pbx]\ndriver = \"none\"\n", "hotel.country cannot be set", Setting{"hotel.country", "HK"}},
		{least, "hotel.country: must be two capital letters", Setting{"hotel.country", "china"}},
		{least, `unknown key "hotel.motto"`, Setting{"hotel.motto", "x"}},
		{least, "hotel.name: is not UTF-8", Setting{"hotel.name", "\xff"}},
		{"[hotel\n", "read what is there", Setting{"hotel.country", "HK"}},
	} {
		if _, err := Edit([]byte(c.text), []Setting{c.setting}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestParseSetting(t *testing.T) {
	for text, want := range map[string]Setting{
		"store.keep=30d":                    {"store.keep", "30d"},
		`store.path = "/a b"`:               {"store.path", "/a b"},
		"checkout.sweep=true":               {"checkout.sweep", true},
		"hooks.vms=4":                       {"hooks.vms", 4},
		`pbx.allow_from=["10.0.0.1"]`:       {"pbx.allow_from", []string{"10.0.0.1"}},
		`services.minibars."781"=lounge`:    {`services.minibars."781"`, "lounge"},
		"pbx.event_listen=127.0.0.1:8260":   {"pbx.event_listen", "127.0.0.1:8260"},
		"pms.url=https://pms.example/?a=b#": {"pms.url", "https://pms.example/?a=b#"},
	} {
		if got, err := ParseSetting(text); err != nil || got.Key != want.Key || !same(got.Value, want.Value) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "store", "keep=30d", "store.=3", "=3", ".a=3"} {
		if got, err := ParseSetting(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// FuzzEdit: whatever stands in a file, an edit changes the one key or nothing.
func FuzzEdit(f *testing.F) {
	f.Add(least, "hotel.name", "Inn # \"1\"")
	f.Add(Example, "classes.local", "L")
	f.Add("hotel.timezone = \"Asia/Shanghai\"\n"+least, "hotel.name", "x")
	f.Add("[hotel]\nname = \"\"\"a\n[pbx]\nb\\\"\"\"\"\n"+least[8:], "hotel.name", "x")
	f.Add(least+"\n[services.minibars]\n'7=8' = \"a\" # '\n", "pbx.url", "y")
	f.Fuzz(func(t *testing.T, text, key, value string) {
		s := Setting{key, value}
		out, err := Edit([]byte(text), []Setting{s})
		if err != nil {
			return
		}
		got, err := decoded(out)
		if has, there := lookUp(got, key); err != nil || !there || !same(has, value) {
			t.Errorf("%q: %s is %v, %v", out, key, has, err)
		}
	})
}

// A file is replaced whole, or not at all; nothing is left beside it.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	stopped := errors.New("stopped")
	if err := Replace(path, []byte("new"), 0o600, func(*os.File) error { return stopped }); !errors.Is(err, stopped) {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("%q", text)
	}
	if err := Replace(path, []byte("new"), 0o600, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if text, _ := os.ReadFile(path); string(text) != "new" || err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", text, info, err)
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	if err := Replace(filepath.Join(dir, "none", "a"), nil, 0o600, nil); err == nil {
		t.Error("a folder that is not there was made")
	}
}

// What a crash left half written is gone with the next time, and two at once never
// make one file of their halves.
func TestReplaceAfterACrashAndBesideAnother(t *testing.T) {
	dir := t.TempDir()
	path, half := filepath.Join(dir, "a"), filepath.Join(dir, ".a.new")
	if err := os.WriteFile(half, []byte("half a secret, and much longer than the next"), 0o600); err != nil {
		t.Fatal(err)
	}
	first := Replace(path, []byte("first"), 0o600, func(*os.File) error {
		return Replace(path, []byte("second"), 0o600, nil)
	})
	if text, _ := os.ReadFile(path); string(text) != "second" || !errors.Is(first, errTaken) {
		t.Errorf("%q, %v", text, first)
	}
	first = Replace(path, []byte("third"), 0o600, func(*os.File) error { // another has begun, and has not ended
		return errors.Join(os.Remove(half), os.WriteFile(half, []byte("fourth"), 0o600))
	})
	if text, _ := os.ReadFile(path); string(text) != "second" || !errors.Is(first, errTaken) {
		t.Errorf("%q, %v", text, first)
	}
	if text, err := os.ReadFile(half); string(text) != "fourth" {
		t.Errorf("what another writes is %q, %v", text, err)
	}
}
