package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/sounds"
)

// promptHouse is a config of which the prompts are in a folder of their own.
func promptHouse(t *testing.T) (conf, dir string) {
	t.Helper()
	dir = t.TempDir()
	conf = filepath.Join(dir, "b.toml")
	speaker := filepath.Join(dir, "speaker")
	text := fmt.Sprintf("[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[sounds]\ndir=%q\nsay_en=[%q, \"{out}\", \"{text}\"]\nsay_zh=[\"/no/such/speaker\", \"{out}\", \"{text}\"]\n", filepath.Join(dir, "own"), speaker)
	for path, content := range map[string]string{conf: text, speaker: "#!/bin/sh\ncp \"" + recording(t, "tone-44100-stereo.mp3") + "\" \"$1\"\n"} {
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return conf, dir
}

// recording is one of the test recordings of package sounds.
func recording(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../sounds/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// copyTo puts a recording into a folder under a name of its own.
func copyTo(t *testing.T, folder, name, of string) {
	t.Helper()
	data, err := os.ReadFile(recording(t, of))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSoundsStory goes the way of a hotel with prompts of its own.
func TestSoundsStory(t *testing.T) {
	conf, dir := promptHouse(t)
	theirs, broken := filepath.Join(dir, "theirs"), filepath.Join(dir, "broken")
	copyTo(t, theirs, "Room.mp3", "tone-44100-stereo.mp3")
	copyTo(t, theirs, "bh-1.ogg", "tone-48000-stereo.ogg")
	copyTo(t, theirs, "readme.txt", "make.sh")
	copyTo(t, broken, "room.mp3", "tone-44100-stereo.mp3")
	copyTo(t, broken, "success.wav", "make.sh")
	twice := filepath.Join(dir, "twice")
	copyTo(t, twice, "room.mp3", "tone-44100-stereo.mp3")
	copyTo(t, twice, "room.ogg", "tone-48000-stereo.ogg")
	raw := filepath.Join(dir, "raw")
	copyTo(t, raw, "rom.wav", "tone-11025-pipe.wav")
	empty := filepath.Join(dir, "empty")
	copyTo(t, empty, "readme.txt", "make.sh")
	own := func(lang, name string) string { return filepath.Join(dir, "own", lang, name+".wav") }
	for _, c := range []struct {
		args     []string
		out, err string
		code     int
		leaves   string
	}{
		{[]string{"sounds", "list"}, "shipped  房间", "", 0, ""},
		{[]string{"sounds", "list", "--lang", "en"}, "shipped  Room", "", 0, ""},
		{[]string{"sounds", "list", "--lang", "fr"}, "", `--lang: language must be zh or en, but it is "fr"`, 2, ""},
		{[]string{"sounds", "check"}, "", "check prompts: stat", 1, ""},
		{[]string{"sounds", "import", theirs}, "vorbis, 48000 Hz, 2 channels", "the PBX's API plays bh-1 too: upload these files", 0, own("zh", "room")},
		{[]string{"sounds", "check"}, "nothing wrong", "", 0, own("zh", "bh-1")},
		{[]string{"sounds", "check", "--complete"}, "bh-wakeup-time.wav", "faults in ", 1, ""},
		{[]string{"sounds", "list"}, "own      房间", "", 0, ""},
		{[]string{"sounds", "import", theirs}, "", "own prompts already (room, bh-1): add --yes", 1, ""},
		{[]string{"sounds", "import", theirs, "--yes"}, "mp3, 44100 Hz", "", 0, ""},
		{[]string{"sounds", "import", broken, "--lang", "en"}, "mp3, 44100 Hz", `success.wav": it is no audio that is known here (wav, mp3, flac, ogg); it begins with "#!/bin/sh`, 1, own("en", "room")},
		{[]string{"sounds", "import", twice}, "", `room.ogg" would both be the prompt "room"`, 1, ""},
		{[]string{"sounds", "import", raw}, "", `no service plays a prompt "rom"; did you mean "room"? (--new: the hotel's hooks play it)`, 1, ""},
		{[]string{"sounds", "import", raw, "--new"}, "wav, 11025 Hz, 1 channels", "", 0, own("zh", "rom")},
		{[]string{"sounds", "check"}, `no service plays a prompt of this name; did you mean "room"?`, "", 0, ""},
		{[]string{"sounds", "check", raw}, "has 11025 samples a second, not 8000", "faults in ", 1, ""},
		{[]string{"sounds", "import", raw, "--name", "room"}, "", "--name is for one FILE", 2, ""},
		{[]string{"sounds", "import", empty}, "", "there is no wav, mp3, flac or ogg in", 1, ""},
		{[]string{"sounds", "import", filepath.Join(dir, "gone")}, "", "no such file", 1, ""},
		{[]string{"sounds", "import"}, "", "sounds import needs FILE|DIR", 2, ""},
		{[]string{"sounds", "import", filepath.Join(raw, "rom.wav"), "--name", "success"}, "success", "", 0, own("zh", "success")},
		{[]string{"sounds", "say", "Good evening.", "--lang", "en"}, "", "needs --name", 2, ""},
		{[]string{"sounds", "say", "Good evening.", "--lang", "en", "--name", "bh-greeting"}, "", `no service plays a prompt "bh-greeting"`, 1, ""},
		{[]string{"sounds", "say", "Good evening.", "--lang", "en", "--name", "bh-greeting", "--new"}, "mp3, 44100 Hz", "", 0, own("en", "bh-greeting")},
		{[]string{"sounds", "say", "晚上好", "--name", "cleaned"}, "", "say: /no/such/speaker:", 1, ""},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), append(c.args, "-c", conf), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %q: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
		if c.leaves == "" {
			continue
		}
		if _, err := os.Stat(c.leaves); err != nil {
			t.Errorf("bellhop %q: %v", c.args, err)
		}
	}
	// An own prompt that the PBX cannot play is named, and not passed over.
	copyTo(t, filepath.Join(dir, "own", "zh"), "confirm.wav", "tone-11025-pipe.wav")
	var out, errOut strings.Builder
	if code := run(t.Context(), []string{"sounds", "list", "-c", conf}, &out, &errOut); code != 1 || !strings.Contains(errOut.String(), `confirm.wav": has 11025 samples a second`) {
		t.Errorf("%d, %q", code, errOut.String())
	}
}

// TestSoundsJSON holds the fields that programs read.
func TestSoundsJSON(t *testing.T) {
	conf, _ := promptHouse(t)
	var out, errOut strings.Builder
	if code := run(t.Context(), []string{"sounds", "list", "--json", "-c", conf}, &out, &errOut); code != 0 {
		t.Fatal(errOut.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(sounds.Catalogue()) {
		t.Errorf("%d lines for %d prompts", len(lines), len(sounds.Catalogue()))
	}
	want := `{"name":"bh-1","lang":"zh","service":"common","played_by":["dialplan","api"],"documented":false,"text":"一","seconds":`
	if !strings.Contains(out.String(), want) {
		t.Errorf("no line begins with %s", want)
	}
	for _, line := range lines {
		if err := json.Unmarshal([]byte(line), &promptRow{}); err != nil {
			t.Error(err)
		}
	}
	out.Reset()
	run(t.Context(), []string{"sounds", "check", recordingFolder(t), "--json", "-c", conf}, &out, &errOut)
	if !strings.Contains(out.String(), `"about":"rate","fault":true,"what":"has 11025 samples`) {
		t.Error(out.String())
	}
}

func recordingFolder(t *testing.T) string { return filepath.Dir(recording(t, "make.sh")) }

// TestSoundsWithoutConfig: an installer can look at prompts before there is a
// config, but a config that was named must be there.
func TestSoundsWithoutConfig(t *testing.T) {
	if _, err := os.Stat(defaultConfig); err == nil {
		t.Skip("this machine has a config")
	}
	var out, errOut strings.Builder
	if code := run(t.Context(), []string{"sounds", "list"}, &out, &errOut); code != 0 || !strings.Contains(out.String(), "房间") {
		t.Errorf("%d, %q", code, errOut.String())
	}
	if code := run(t.Context(), []string{"sounds", "list", "-c", filepath.Join(t.TempDir(), "b.toml")}, &out, &errOut); code != 1 || !strings.Contains(errOut.String(), "config example") {
		t.Errorf("%d, %q", code, errOut.String())
	}
}
