package backup

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestKeep(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	nights := func(from string, days int) (all []time.Time) {
		for n := range days {
			all = append(all, at(from+" 02:30").AddDate(0, 0, n))
		}
		return all
	}
	for _, c := range []struct {
		name string
		rule Rule
		made []time.Time
		want []string // from the newest
	}{
		{"none", Rule{7, 4, 6}, nil, nil},
		{"the newest stays whatever the rule", Rule{}, []time.Time{at("2026-11-20 02:30"), at("2026-11-21 02:30")}, []string{"2026-11-21 02:30"}},
		{"the newest of a day", Rule{Daily: 2}, []time.Time{at("2026-11-20 02:30"), at("2026-11-21 02:30"), at("2026-11-21 12:00")}, []string{"2026-11-21 12:00", "2026-11-20 02:30"}},
		{"the hotel's day, not that of UTC", Rule{Daily: 9}, []time.Time{at("2026-11-21 07:59"), at("2026-11-21 08:01")}, []string{"2026-11-21 08:01"}},
		{"days on which the box was off push nothing out", Rule{Daily: 3}, []time.Time{at("2025-01-01 02:30"), at("2026-11-20 02:30"), at("2026-11-21 02:30")}, []string{"2026-11-21 02:30", "2026-11-20 02:30", "2025-01-01 02:30"}},
		{"days, weeks and months", Rule{3, 3, 3}, nights("2026-08-15", 99), []string{ // to Saturday, November 21st
			"2026-11-21 02:30", "2026-11-20 02:30", "2026-11-19 02:30", "2026-11-15 02:30", "2026-11-08 02:30", "2026-10-31 02:30", "2026-09-30 02:30",
		}},
	} {
		var got []string
		for _, t := range c.rule.Keep(c.made, zone) {
			got = append(got, t.In(zone).Format("2006-01-02 15:04"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Night by night as all at once, nothing is kept that is not there, never more than
// the rule has places for, and the newest always.
func TestKeepHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{rapid.IntRange(0, 5).Draw(t, "daily"), rapid.IntRange(0, 5).Draw(t, "weekly"), rapid.IntRange(0, 5).Draw(t, "monthly")}
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*400), 1, 80, rapid.ID).Draw(t, "hours")
		slices.Sort(hours)
		var all, kept []time.Time
		for _, h := range hours {
			made := noon.Add(time.Duration(h) * time.Hour)
			all = append(all, made)
			kept = r.Keep(append(kept, made), time.UTC)
			if !kept[0].Equal(made) {
				t.Fatal("the newest is gone")
			}
		}
		if most := max(1, r.Daily+r.Weekly+r.Monthly); len(kept) > most {
			t.Fatalf("%d kept of at most %d", len(kept), most)
		}
		if again := r.Keep(kept, time.UTC); !slices.EqualFunc(again, kept, time.Time.Equal) {
			t.Fatalf("kept %v, and then %v", kept, again)
		}
		for _, made := range kept {
			if !slices.ContainsFunc(all, made.Equal) {
				t.Fatalf("%v was never made", made)
			}
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add("bellhop-20261121-120000.tar.gz.age")
	f.Add("bellhop-20261121-120000.tar.gz")
	f.Add("bellhop-20261121-120000.tar.gz.age.003-of-017")
	f.Add("bellhop-20261121-120000.tar.gz.age.1-of-9")
	f.Add("bellhop-20261121-120000.db")
	f.Fuzz(func(t *testing.T, file string) {
		name, n, of, ok := chunkOf(file)
		if !ok {
			return
		}
		if chunkName(name, n, of) != file {
			t.Fatalf("%q is part %d of %d of %q", file, n, of, name)
		}
		made, whole := madeIn(name)
		if !whole || nameOf(made, true) != name && nameOf(made, false) != name {
			t.Fatalf("%q was made at %v", name, made)
		}
	})
}

const someMounts = `22 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw
28 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw
36 28 8:1 / /mnt/usb\040one rw,relatime shared:2 - vfat /dev/sda1 rw,fmask=0022
37 28 8:2 / /media/b rw master:3 propagate_from:2 - exfat /dev/sdb2 rw
odd line
`

func TestMounts(t *testing.T) {
	all := readMounts(someMounts)
	for folder, want := range map[string]bool{"/mnt/usb one": true, "/media/b": true, "/media": false, "/media/b/sub": false, "/": true, "/home": false} {
		if isMounted(all, folder) != want {
			t.Errorf("%s is mounted: %v", folder, !want)
		}
	}
	if at, found := whereIs(all, "/dev/sda1"); !found || at != "/mnt/usb one" {
		t.Errorf("the stick is at %q, %v", at, found)
	}
	if _, found := whereIs(all, "/dev/sdz1"); found {
		t.Error("a stick is found that is not there")
	}
}

func FuzzMounts(f *testing.F) {
	f.Add(someMounts)
	f.Add("1 2 3 4 \\04 - a b")
	f.Fuzz(func(_ *testing.T, text string) { readMounts(text) })
}
