package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/store"
	"bellhop/update"
)

// updateConfig is a hotel's, with its update in a state.
func updateConfig(t *testing.T, state string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "b.toml")
	text := "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[api]\nsocket=\"" + dir + "/s\"\n[store]\npath=\"" + dir + "/data/b.db\"\n"
	for name, content := range map[string]string{"b.toml": text, "data-update/state.json": state} {
		if content == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func TestUpdateStatus(t *testing.T) {
	const builds = `"id":"u","from":{"version":"1.0.0","format":1},"to":{"version":"1.1.0","format":1}`
	for state, want := range map[string]string{
		"":                                "there has been no update",
		`{` + builds + `,"phase":"done"}`: `"bellhop update back" returns to 1.0.0; the database stays`,
		`{"id":"u","from":{"version":"1.0.0","format":1},"to":{"version":"2.0.0","format":2},"phase":"done"}`: "update back --with-database",
		`{` + builds + `,"phase":"done","why":"it dies"}`:                                                     "it does not run as it should: it dies",
		`{` + builds + `,"phase":"returned","why":"it dies"}`:                                                 "it was taken back: it dies",
		`{` + builds + `,"phase":"abandoned","why":"it was cut off"}`:                                         "nothing was changed: it was cut off",
		`{` + builds + `,"phase":"trial"}`:                                                                    "the same command again goes on",
	} {
		file := updateConfig(t, state)
		var out, errOut strings.Builder
		if code := run(t.Context(), []string{"update", "status", "-c", file}, &out, &errOut); code != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %d, %s%s", state, code, out.String(), errOut.String())
		}
		out.Reset()
		var st update.State
		if code := run(t.Context(), []string{"update", "status", "--json", "-c", file}, &out, &errOut); code != 0 || json.Unmarshal([]byte(out.String()), &st) != nil {
			t.Errorf("%s as JSON: %d, %s", state, code, out.String())
		}
	}
}

// A state that cannot be read is said, and no reason for the service not to start.
func TestUpdateCheck(t *testing.T) {
	for state, code := range map[string]int{"": 0, `{"phase":"done"}`: 0, "{": 1} {
		var out, errOut strings.Builder
		if got := run(t.Context(), []string{"update", "check", "-c", updateConfig(t, state)}, &out, &errOut); got != code {
			t.Errorf("%q: %d, %s%s", state, got, out.String(), errOut.String())
		}
	}
	var out, errOut strings.Builder
	if got := run(t.Context(), []string{"update", "check", "-c", "/nonexistent"}, &out, &errOut); got != 0 {
		t.Errorf("no config: %d, %s", got, errOut.String())
	}
}

func TestVersionForPrograms(t *testing.T) {
	var out, errOut strings.Builder
	var about update.About
	if code := run(t.Context(), []string{"version", "--json"}, &out, &errOut); code != 0 || json.Unmarshal([]byte(out.String()), &about) != nil {
		t.Fatalf("%d, %s%s", code, out.String(), errOut.String())
	}
	if about.Version == "" || about.OS+"/"+about.Arch != update.Arch() || about.Format != store.Format() {
		t.Errorf("%+v", about)
	}
}

func TestWakeUpsBeforeAnUpdate(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	at := func(room string, minutes time.Duration) hotel.WakeUp {
		return hotel.WakeUp{Room: room, Due: now.Add(minutes * time.Minute)}
	}
	for want, all := range map[string][]hotel.WakeUp{
		"":                                    {{Room: "1"}, at("2", 11)}, // the first has no time before the clock is believed
		"a wake-up is due in room 2 at 06:10": {at("2", 10), at("3", 11)},
		"2 wake-ups are due soon, the first in room 1 at 05:57": {at("1", -3), at("2", 10)},
	} {
		if got := dueSoon(all, now, time.FixedZone("", 3600)); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}
