package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/dialplan"
	"bellhop/sounds"
)

func TestDialplanCommands(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const facts = "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n"
	config := write("b.toml", facts+"[services]\ndnd=\"76\"\n")
	closed := write("closed.toml", facts+"[services]\nhousekeeping=\"\"\nminibar=\"\"\nwakeup=\"\"\nconfirm=\"\"\n")
	noPINs := write("pins.toml", facts+"[dialplan]\nstaff_file=\""+dir+"/staff\"\n[dialplan.staff]\n\"778\"=\"pin\"\n")
	bad := write("bad.conf", "[a]\nexten => 1,1,Macro(b, c)\n[macro-b]\nexten => s,1,NoOp()\n")
	bell := write("bell.conf", "[a]\nexten => 1,1,\a\x1b[31mPlayback(x)\n")
	good := write("good.conf", "[a]\nexten => 1,1,Hangup()\n")
	asks := write("asks.conf", "[a]\nexten => 1,1,Read(X,room,2,,1,4)\nsame => n,Playback(/tmp/x&success)\nsame => n,Hangup()\n")
	sounds16 := filepath.Join(dir, "sounds", "zh")
	if err := os.MkdirAll(sounds16, 0o700); err != nil {
		t.Fatal(err)
	}
	write("sounds/zh/room.wav", "RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x08\x00\x00\x0012345678")
	big := write("big.conf", strings.Repeat("; 1234567\n", 110_000))
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"dialplan render -c " + config, "exten => 76,1,Goto(bellhop-dnd,s,1)\n", "", 0},
		{"dialplan render -c " + closed, "", "no service has a code", 1},
		{"dialplan render -c " + noPINs, "", "dialplan.staff_file", 1},
		{"dialplan render -c " + dir + "/none", "", "no such file", 1},
		{"dialplan check " + good, "nothing wrong found\n", "", 0},
		{"dialplan check " + bad, "2     macro   Macro(b, c): Asterisk 21 and later have no Macro\n\n→  blanks  take the blanks out\n→  macro   use Gosub", "bad.conf: 2 things go wrong there", 1},
		{"dialplan check " + bad + " -c " + config, "Macro(b, c)：Asterisk 21 及以后没有 Macro", "2 things", 1},
		{"dialplan check --lang en " + bad + " -c " + config, "take the blanks out", "2 things", 1},
		{"dialplan check " + asks, "nothing wrong found", "not looked at: the recordings of /tmp/x, room, success, which must be wav of 8000 samples a second, 16 bits, one channel; --sounds DIR", 0},
		{"dialplan check --sounds " + sounds16 + " " + asks, "2     prompt-asks  Read asks with the prompt room, ends at once and takes no key: " + sounds16 + "/room.wav has 16000 samples a second", "asks.conf: 2 things go wrong there", 1},
		{"dialplan check --sounds " + sounds16 + " " + asks, "3     prompt       the prompt success is not heard: " + sounds16 + "/success.wav is not there\n\n→  prompt-asks  have each prompt there as wav of 8000", "not looked at: /tmp/x, which is not in", 1},
		{"dialplan check --sounds " + dir + "/none " + asks, "", "no such file", 1},
		{"dialplan check --lang fr " + bad, "", `--lang must be "zh" or "en"`, 2},
		{"dialplan check", "", "dialplan check needs FILE", 2},
		{"dialplan check " + dir + "/none", "", "no such file", 1},
		{"dialplan check " + big, "", "is it a dialplan?", 1},
		{"dialplan", "", "dialplan knows: render, check", 2},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), strings.Fields(c.args), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
	}
	var out, errOut strings.Builder
	if run(t.Context(), []string{"dialplan", "check", bell}, &out, &errOut); strings.ContainsAny(out.String(), "\a\x1b") {
		t.Errorf("commands the terminal: %q", out.String())
	}
}

// TestDialplanCheckForPrograms: one JSON value a line.
func TestDialplanCheckForPrograms(t *testing.T) {
	var out, errOut strings.Builder
	code := run(t.Context(), []string{"dialplan", "check", "--json", "--lang", "en", "../../dialplan/testdata/hotel-guide.conf"}, &out, &errOut)
	if code != 1 {
		t.Errorf("ended with %d: %s", code, errOut.String())
	}
	text, err := os.ReadFile("../../dialplan/testdata/hotel-guide.conf")
	if err != nil {
		t.Fatal(err)
	}
	want := dialplan.Check(text)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines for %d findings", len(lines), len(want))
	}
	for i, line := range lines {
		var got dialplanFinding
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Finding != want[i] || got.Text != want[i].Text("en") || got.Do != want[i].Do("en") {
			t.Errorf("line %d is %s, want %+v (%v)", i+1, line, want[i], err)
		}
	}
}

// TestDialplanCheckOfThePublishedSamples: with the recordings beside them, the
// command finds the thirteenth fault too, which is theirs.
func TestDialplanCheckOfThePublishedSamples(t *testing.T) {
	dir := t.TempDir()
	for _, p := range sounds.Catalogue() {
		if !p.Documented {
			continue
		}
		wav, err := sounds.Shipped("zh", p.Name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name == "roomstatus" {
			wav[24], wav[25] = 0x80, 0x3e // 16000 samples a second
		}
		if err := os.WriteFile(filepath.Join(dir, p.Name+".wav"), wav, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "vm-goodbye.gsm"), nil, 0o600); err != nil { // the PBX's own
		t.Fatal(err)
	}
	for _, name := range []string{"hotel-guide.conf", "developer-guide.conf"} {
		var out, errOut strings.Builder
		if code := run(t.Context(), []string{"dialplan", "check", "--sounds", dir, "--lang", "en", "../../dialplan/testdata/" + name}, &out, &errOut); code != 1 {
			t.Errorf("%s: ended with %d", name, code)
		}
		var told []string
		for line := range strings.Lines(out.String()) {
			if cells := strings.Fields(line); len(cells) > 1 && cells[1] == dialplan.FaultPrompt && cells[0] != "→" {
				told = append(told, strings.Join(cells, " "))
			}
		}
		if want := "8 prompt the prompt roomstatus is not heard: " + dir + "/roomstatus.wav has 16000 samples a second, not 8000: the PBX ends the prompt at once and takes no keys"; len(told) != 1 || told[0] != want {
			t.Errorf("%s: of prompts it tells %q, want %q", name, told, want)
		}
		if errOut.String() == "" || strings.Contains(errOut.String(), "not looked at") {
			t.Errorf("%s: %s", name, errOut.String())
		}
	}
}
