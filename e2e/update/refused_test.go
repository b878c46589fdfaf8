package update

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"

	"bellhop/api"
	"bellhop/e2e/rig"
	"bellhop/hotel"
)

// TestWhatIsNotInstalled: what is not the right package is refused while the
// agent runs on.
func TestWhatIsNotInstalled(t *testing.T) {
	s := newSite(t)
	began := s.runs("1.0.0").Started
	stranger, _, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	old := s.pack("1.0.0")
	read := func(path string) []byte {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write := func(name string, text []byte, version string) string {
		path := filepath.Join(s.Folder, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if version != "" {
			s.sign(path, text, version)
		}
		return path
	}
	good := read(s.pack("1.1.0"))
	tampered := write("tampered", good, "1.1.0")
	write("tampered", append(good[:len(good):len(good)], 'x'), "")
	renamed := write("renamed", good, "1.1.0")
	moved := filepath.Join(s.Folder, "moved")
	for _, ending := range []string{"", ".minisig"} {
		if err := os.Rename(renamed+ending, moved+ending); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct{ file, why string }{
		"no signature":     {write("unsigned", good, ""), "its signature unsigned.minisig is not beside it"},
		"tampered":         {tampered, "none of the trusted keys"},
		"another name":     {moved, `it is signed as "renamed"`},
		"no program":       {write("text", []byte("#!/bin/sh\necho hello\n"), "1.1.0"), "it is no program"},
		"another version":  {write("lies", good, "1.4.0"), "signed as version 1.4.0, and says that it is 1.1.0"},
		"an older version": {write("older", read(rig.Version(t, "0.9.0", "")), "0.9.0"), "--downgrade"},
		"no such file":     {filepath.Join(s.Folder, "none"), "its signature none.minisig"},
		"no archive":       {write("x.tar.gz", good, "1.1.0"), "no .tar.gz"},
	} {
		if out, code, _ := s.update("", c.file, "--key", s.public.String()); code != 1 || !strings.Contains(out, c.why) {
			t.Errorf("%s: exit code %d, want %q", name, code, c.why)
		}
	}
	if out, code, _ := s.update("", s.pack("1.1.0"), "--key", stranger.String()); code != 1 || !strings.Contains(out, "none of the trusted keys") {
		t.Errorf("by a stranger: %d", code)
	}
	if out, code, _ := s.update("", s.pack("1.1.0")); code != 1 || !strings.Contains(out, "no key is trusted") {
		t.Errorf("by nobody: %d", code)
	}
	if out, code, _ := s.update("", old, "--key", s.public.String()); code != 0 || !strings.Contains(out, "nothing to do") {
		t.Errorf("the version that runs: %d", code)
	}
	if out, code, _ := s.update("", "back"); code != 1 || !strings.Contains(out, "there is no update") {
		t.Errorf("back from nothing: %d", code)
	}
	b, err := os.ReadFile(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	s.Write("bellhop.toml", string(b)+"\n[future]\nkey = 1\n")
	if _, code, _ := s.update("", s.pack("1.1.0"), "--key", s.public.String()); code != 1 {
		t.Errorf("with a config that nobody takes: %d", code)
	}
	s.Write("bellhop.toml", string(b))
	s.refusesBeforeWakeUp()
	if now := s.runs("1.0.0").Started; !now.Equal(began) {
		t.Error("the agent was restarted for what was refused")
	}
	t.Log("an older version that is wanted")
	if out, code, _ := s.update("", filepath.Join(s.Folder, "older"), "--downgrade", "--key", s.public.String()); code != 0 {
		t.Errorf("downgrade: %d, %s", code, out)
	}
	s.runs("0.9.0")
}

// refusesBeforeWakeUp: nobody sits there who could choose another hour.
func (s *site) refusesBeforeWakeUp() {
	s.T.Helper()
	at := time.Now().Add(8 * time.Minute).In(rig.Zone(s.T))
	var answer api.WakeUpsAnswer
	order := hotel.WakeUpAdd{Rooms: []string{rig.Room(1)}, From: "desk", Date: at.Format(time.DateOnly), Time: at.Format("15:04")}
	if err := s.Client.Post(s.T.Context(), "/v1/wakeups", order, &answer); err != nil {
		s.T.Fatal(err)
	}
	if out, code, _ := s.update("", s.pack("1.1.0"), "--key", s.public.String()); code != 1 || !strings.Contains(out, "a wake-up is due in room "+rig.Room(1)) {
		s.T.Errorf("eight minutes before a wake-up: %d", code)
	}
	if err := s.Client.Post(s.T.Context(), "/v1/wakeups/cancel", hotel.WakeUpCancel{IDs: []string{answer.WakeUps[0].ID}}, nil); err != nil {
		s.T.Fatal(err)
	}
}
