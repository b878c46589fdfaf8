package site

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/pbx"
	"bellhop/sounds"
)

func hotelConfig(t *testing.T) config.Config {
	c := config.Default()
	c.Hotel.Country, c.Hotel.Language, c.Sounds.Dir = "CN", "zh", t.TempDir()
	return c
}

// TestFilesForThePBX: each prompt that the dialplan plays is there, the
// hotel's own before the shipped, and the dialplan last.
func TestFilesForThePBX(t *testing.T) {
	c := hotelConfig(t)
	own := sounds.EncodeWav(slices.Repeat([]int16{9000, -9000}, 4000))
	for _, name := range []string{"room", "welcome"} {
		if _, err := sounds.Keep(c.Sounds.Dir, "zh", name, own); err != nil {
			t.Fatal(err)
		}
	}
	f, err := ForPBX(c)
	if err != nil {
		t.Fatal(err)
	}
	all := f.Set().Files
	if last := all[len(all)-1]; last.Path != c.Install.DialplanPath || !last.Last || last.Merge == nil {
		t.Errorf("the last file is %+v", last)
	}
	data := map[string][]byte{}
	for _, file := range all[:len(all)-1] {
		data[file.Path] = file.Data
	}
	for _, lang := range f.Services.Languages() {
		for _, name := range f.Services.Prompts(lang) {
			at := strings.ReplaceAll(c.Install.SoundsPath, "{lang}", lang) + name + ".wav"
			if len(data[at]) < 1000 {
				t.Errorf("%s has %d bytes", at, len(data[at]))
			}
			delete(data, at)
			if ours := name == "room" && lang == "zh"; ours != slices.ContainsFunc(f.Sounds, func(s Sound) bool { return s.Path == at && s.Own != "" }) {
				t.Errorf("%s: the hotel's own is not where it should be", at)
			}
		}
	}
	if len(data) > 0 {
		t.Errorf("nobody plays %v", data)
	}
	var uploads []string
	for _, u := range f.Uploads {
		uploads = append(uploads, u.Lang+"/"+u.Prompt.Name)
	}
	for _, want := range []string{"zh/welcome", "zh/bh-wakeup-call", "zh/bh-0"} {
		if !slices.Contains(uploads, want) {
			t.Errorf("%s is not among the uploads: %v", want, uploads)
		}
	}
	if slices.Contains(uploads, "en/bh-0") {
		t.Error("a prompt that is played once is to be uploaded twice")
	}
	if steps := f.ByHand("en", c, Neighbours{Answered: true}); len(steps) != 2 || !strings.HasPrefix(steps[0], ApplyByHand("en")) || !strings.Contains(steps[1], "welcome (zh)") {
		t.Errorf("by hand: %q", steps)
	}
	for _, language := range []string{"en", "zh"} {
		if steps := f.ByHand(language, c, Neighbours{Answered: true}); !strings.Contains(steps[1], "bellhop install plan --uploads ") {
			t.Errorf("%s: nobody is told where the files are: %s", language, steps[1])
		}
	}
	if steps := f.ByHand("en", c, Neighbours{}); len(steps) != 3 {
		t.Errorf("by hand on a PBX that did not answer: %q", steps)
	}
}

// TestDialplanOfOthersStays: the merge gives its own result again, and what a
// rollback takes out is ours alone.
func TestDialplanOfOthersStays(t *testing.T) {
	c := hotelConfig(t)
	f, err := ForPBX(c)
	if err != nil {
		t.Fatal(err)
	}
	merge := f.Verifying().Merges[c.Install.DialplanPath]
	const theirs = "[theirs]\nexten => 1,1,Macro(b, c)\n"
	merged, err := merge([]byte(theirs), true)
	if err != nil || !strings.HasPrefix(string(merged), theirs) {
		t.Fatalf("%q, %v", merged, err)
	}
	if again, err := merge(merged, true); err != nil || string(again) != string(merged) {
		t.Errorf("merged twice: %v", err)
	}
	if found := f.Foreign(); len(found) == 0 || found[0].Line != 2 {
		t.Errorf("the faults of others: %+v", found)
	}
	out := Without(c.Install.DialplanPath)
	if rest, ok := out(c.Install.DialplanPath, merged); !ok || string(rest) != theirs {
		t.Errorf("taken out: %q, %v", rest, ok)
	}
	if _, ok := out("/a.wav", merged); ok {
		t.Error("a prompt has no part that is ours")
	}
}

func TestFilesThatCannotBeMade(t *testing.T) {
	for _, c := range []struct {
		name, want string
		spoil      func(c *config.Config)
	}{
		{"no service", "no service has a code", func(c *config.Config) {
			c.Services = config.Services{}
		}},
		{"two languages in one folder", "put {lang} into it", func(c *config.Config) { c.Install.SoundsPath = "/sounds/" }},
		{"an own prompt that is none", "own prompt", func(c *config.Config) {
			_ = os.MkdirAll(filepath.Join(c.Sounds.Dir, "zh"), 0o755)
			_ = os.WriteFile(filepath.Join(c.Sounds.Dir, "zh", "room.wav"), []byte("no wav"), 0o644)
		}},
	} {
		cfg := hotelConfig(t)
		c.spoil(&cfg)
		if _, err := ForPBX(cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// neighbourly is a PBX with an alarm at 07:00, whose clock shows clock.
type neighbourly struct {
	pbx.Driver
	clock string
	fails error
}

func (n neighbourly) Identify(context.Context) (pbx.Identity, error) {
	return pbx.Identity{Clock: n.clock}, n.fails
}

func (n neighbourly) ListExtensions(context.Context) ([]pbx.Extension, error) {
	return []pbx.Extension{{Number: "777"}, {Number: "1001"}}, nil
}

func (n neighbourly) ListRoutes(context.Context) ([]pbx.Route, error) {
	return []pbx.Route{{Name: "Out", Patterns: "1[12]X, 778"}}, nil
}

func (n neighbourly) ListAlarms(_ context.Context, extensions ...string) ([]pbx.Alarm, error) {
	if !slices.Equal(extensions, []string{"777", "1001"}) {
		return nil, errors.New("asked for others")
	}
	return []pbx.Alarm{
		{Extension: "1001", AlarmSpec: pbx.AlarmSpec{Hour: 7, Minute: 5, Repeat: pbx.AlarmDaily}},
		{Extension: "1001", AlarmSpec: pbx.AlarmSpec{Hour: 7, Repeat: pbx.AlarmDaily}},
		{Extension: "1001", AlarmSpec: pbx.AlarmSpec{Hour: 12, Repeat: pbx.AlarmDaily}},
	}, nil
}

func (neighbourly) CreateAlarm(context.Context, string, pbx.AlarmSpec) (string, error) { panic("no") }
func (neighbourly) ChangeAlarm(context.Context, string, string, pbx.AlarmSpec) error   { panic("no") }
func (neighbourly) DeleteAlarms(context.Context, string, ...string) error              { panic("no") }

func TestNeighbours(t *testing.T) {
	now := time.Date(2026, 11, 20, 6, 55, 0, 0, time.UTC)
	look := func(n neighbourly) Neighbours {
		clock := func() time.Time { return now }
		return LookAround(t.Context(), n, Ask(t.Context(), n, clock), time.UTC, clock)
	}
	near := look(neighbourly{clock: "2026-11-20 06:55:00"})
	if near.Waking != "07:05" || !near.Free.Equal(now.Add(12*time.Minute)) || !near.Answered || len(near.Unknown) > 0 {
		t.Errorf("before alarms: %+v", near)
	}
	if later := look(neighbourly{clock: "2026-11-20 07:08:00"}); later.Waking != "" {
		t.Errorf("after the alarms: %+v", later)
	}
	if blind := look(neighbourly{clock: "?"}); blind.Waking != "" || len(blind.Unknown) != 1 || !strings.Contains(blind.Unknown[0], "about to wake") {
		t.Errorf("without a clock: %+v", blind)
	}
	if away := look(neighbourly{fails: errors.New("away")}); away.Answered || len(away.Unknown) != 1 || !strings.Contains(away.Unknown[0], "away") {
		t.Errorf("away: %+v", away)
	}
	f, err := ForPBX(hotelConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, c := range f.Conflicts(hotelConfig(t), near) {
		codes = append(codes, c.Subject+" "+c.Fault)
	}
	if want := []string{"777 is-extension", "778 is-dialled-out"}; !slices.Equal(codes, want) {
		t.Errorf("conflicts: %v", codes)
	}
}
