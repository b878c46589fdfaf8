package lossy

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// tries is how often a rule is tried: each outcome that it allows must show.
const tries = 60

// TestSyncedIsKept writes one text and syncs it, and another and does not.
func TestSyncedIsKept(t *testing.T) {
	for name, sync := range map[string]func(*os.File) error{
		"fsync":     (*os.File).Sync,
		"fdatasync": func(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) },
	} {
		t.Run(name, func(t *testing.T) {
			d := New()
			folder := d.Mount(t)
			path := filepath.Join(folder, "file")
			old, young := strings.Repeat("o", 3*sectorSize), strings.Repeat("y", 3*sectorSize)
			seen := map[string]int{}
			for n := range tries {
				empty(t, folder)
				f := create(t, path, []byte(old))
				must(t, sync(f))
				put(t, f, []byte(young), int64(len(old)))
				put(t, f, []byte(young), int64(len(old)))
				outage(d, n)
				text := read(t, path)
				if !strings.HasPrefix(text, old) || strings.Trim(text[len(old):], "y\x00") != "" {
					t.Fatalf("try %d: what was synced is %q", n, text)
				}
				switch rest := text[len(old):]; rest {
				case young:
					seen["all"]++
				case "":
					seen["nothing"]++
				default:
					seen["a part"]++
				}
			}
			if len(seen) != 3 {
				t.Errorf("of what was not synced there was %v in %d tries", seen, tries)
			}
		})
	}
}

// TestUnsyncedIsTornIntoSectors overwrites six sectors, at an odd place.
func TestUnsyncedIsTornIntoSectors(t *testing.T) {
	d := New()
	path := filepath.Join(d.Mount(t), "file")
	const odd, sector = 100, 512
	torn := map[string]int{}
	for n := range 5 * tries { // one in twelve is torn
		f := create(t, path, bytes.Repeat([]byte{'o'}, 4*sector))
		must(t, f.Sync())
		put(t, f, bytes.Repeat([]byte{'y'}, 3*sector), odd)
		outage(d, n)
		text := read(t, path)
		if len(text) != 4*sector {
			t.Fatalf("try %d: the file is %d bytes long", n, len(text))
		}
		pattern := ""
		for at := range len(text) {
			if at == 0 || at%sector == 0 || at == odd || at == odd+3*sector {
				pattern += text[at : at+1]
			} else if text[at] != text[at-1] {
				t.Fatalf("try %d: it is torn at %d, within a sector", n, at)
			}
		}
		if pattern[0] != 'o' || pattern[len(pattern)-1] != 'o' {
			t.Fatalf("try %d: what was not written to has changed: %s", n, pattern)
		}
		torn[pattern]++
	}
	if len(torn) < 8 {
		t.Errorf("of 16 ways in which it can be torn there were %d: %v", len(torn), torn)
	}
}

// TestLaterWriteCanOutliveAnEarlierOne writes to two files and to two places.
func TestLaterWriteCanOutliveAnEarlierOne(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	seen := map[string]int{}
	for n := range tries {
		empty(t, folder)
		f := create(t, filepath.Join(folder, "file"), make([]byte, 2*pageSize))
		g := create(t, filepath.Join(folder, "other"), make([]byte, pageSize))
		must(t, f.Sync())
		must(t, g.Sync())
		put(t, f, []byte{'1'}, 0)
		put(t, f, []byte{'2'}, pageSize)
		put(t, g, []byte{'3'}, 0)
		outage(d, n)
		text, other := read(t, f.Name()), read(t, g.Name())
		seen[strings.ReplaceAll(text[:1]+text[pageSize:pageSize+1]+other[:1], "\x00", "-")]++
	}
	if len(seen) != 8 {
		t.Errorf("of 8 outcomes there were %v", seen)
	}
}

// TestRenameNeedsItsFolderSynced puts a new file in an old one's place.
func TestRenameNeedsItsFolderSynced(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	file, fresh := filepath.Join(folder, "file"), filepath.Join(folder, "new")
	for _, synced := range []bool{false, true} {
		seen := map[string]int{}
		for n := range tries {
			empty(t, folder)
			must(t, create(t, file, []byte("old")).Sync())
			must(t, create(t, fresh, []byte("young")).Sync())
			must(t, os.Rename(fresh, file))
			if synced {
				syncFolder(t, folder)
			}
			outage(d, n)
			seen[names(t, folder)+"="+read(t, file)]++
		}
		want := 2
		if synced {
			want = 1
		}
		if len(seen) != want || seen["file=young"] == 0 || !synced && seen["file new=old"] == 0 {
			t.Errorf("with the folder synced: %v, there was %v", synced, seen)
		}
	}
}

// TestNamesKeepTheirOrder does one after the other: what came later is there
// only with what came before.
func TestNamesKeepTheirOrder(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	steps := []func() error{
		func() error { return os.Link(at("a"), at("b")) },
		func() error { return os.Rename(at("a"), at("c")) },
		func() error { return os.Mkdir(at("d"), 0o700) },
		func() error { return os.Rename(at("c"), at("d/e")) },
		func() error { return os.Remove(at("b")) },
	}
	seen := map[string]int{}
	for n := range tries {
		empty(t, folder)
		must(t, create(t, at("a"), []byte("text")).Sync())
		for _, step := range steps {
			must(t, step())
		}
		outage(d, n)
		all := names(t, folder)
		if strings.Contains(all, "d") {
			all += ": " + names(t, at("d"))
		}
		seen[all]++
	}
	for _, want := range []string{"a", "a b", "b c", "b c d: ", "b d: e", "d: e"} {
		if seen[want] == 0 {
			t.Errorf("there was never %q: %v", want, seen)
		}
		delete(seen, want)
	}
	if len(seen) > 0 {
		t.Errorf("there was %v", seen)
	}
}

// TestSyncOfAFileKeepsItsName makes one in a new folder, after another change.
func TestSyncOfAFileKeepsItsName(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	for n := range tries {
		empty(t, folder)
		create(t, at("before"), nil)
		must(t, os.Mkdir(at("sub"), 0o700))
		f := create(t, at("sub/file"), []byte("text"))
		create(t, at("sub/later"), nil)
		must(t, f.Sync())
		outage(d, n)
		if text := read(t, at("sub/file")); text != "text" {
			t.Fatalf("try %d: the synced file holds %q", n, text)
		}
		if all := names(t, folder); all != "before sub" {
			t.Fatalf("try %d: there is %q", n, all)
		}
	}
}

// TestNewFileNeverSynced may be absent, empty, whole, or in parts.
func TestNewFileNeverSynced(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	seen := map[string]int{}
	for n := range tries {
		empty(t, folder)
		create(t, filepath.Join(folder, "file"), bytes.Repeat([]byte{'y'}, 2*sectorSize))
		outage(d, n)
		if names(t, folder) == "" {
			seen["absent"]++
			continue
		}
		switch text := read(t, filepath.Join(folder, "file")); len(strings.Trim(text, "\x00")) {
		case 0:
			seen["empty"]++
		case sectorSize:
			seen["half"]++
		case 2 * sectorSize:
			seen["whole"]++
		default:
			t.Fatalf("try %d: it holds %q", n, text)
		}
	}
	if len(seen) != 4 {
		t.Errorf("in %d tries the file was %v", tries, seen)
	}
}

// TestRemovedFileMayComeBack with its content, if its folder was not synced.
func TestRemovedFileMayComeBack(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	file := filepath.Join(folder, "file")
	back := 0
	for n := range tries {
		empty(t, folder)
		f := create(t, file, []byte("text"))
		must(t, f.Sync())
		must(t, f.Close())
		must(t, os.Remove(file))
		outage(d, n)
		if names(t, folder) != "" {
			back++
			if text := read(t, file); text != "text" {
				t.Fatalf("try %d: it came back with %q", n, text)
			}
		}
	}
	if back == 0 || back == tries {
		t.Errorf("it came back %d times of %d", back, tries)
	}
}

// TestTruncateIsLikeAWrite cuts a file off.
func TestTruncateIsLikeAWrite(t *testing.T) {
	d := New()
	file := filepath.Join(d.Mount(t), "file")
	seen := map[string]int{}
	for n := range tries {
		f := create(t, file, []byte("text"))
		must(t, f.Sync())
		must(t, f.Truncate(2))
		if n%2 == 0 {
			must(t, f.Sync())
		}
		outage(d, n)
		text := read(t, file)
		if n%2 == 0 && text != "te" {
			t.Fatalf("try %d: what was cut off and synced holds %q", n, text)
		}
		seen[text]++
	}
	if len(seen) != 2 || seen["te"] == 0 || seen["text"] == 0 {
		t.Errorf("there was %v", seen)
	}
}

// TestWithoutPowerAllFails: with what was open before the cut also after it.
func TestWithoutPowerAllFails(t *testing.T) {
	d := New()
	folder := d.Mount(t)
	file := filepath.Join(folder, "file")
	f := create(t, file, []byte("text"))
	must(t, f.Sync())
	listing, err := os.Open(folder)
	must(t, err)
	defer listing.Close()
	d.Cut(seeded(1))

	_, err = f.WriteAt([]byte("x"), 0)
	refused(t, "write", err, syscall.EIO)
	refused(t, "sync", f.Sync(), syscall.EIO)
	refused(t, "truncate", f.Truncate(0), syscall.EIO)
	_, err = os.ReadFile(file)
	refused(t, "open", err, syscall.EIO)
	refused(t, "create", os.WriteFile(filepath.Join(folder, "new"), nil, 0o600), syscall.EIO)
	refused(t, "rename", os.Rename(file, filepath.Join(folder, "new")), syscall.EIO)
	refused(t, "remove", os.Remove(file), syscall.EIO)
	_, err = os.ReadDir(folder)
	refused(t, "list", err, syscall.EIO)

	d.PowerOn()
	_, err = f.WriteAt([]byte("x"), 0)
	refused(t, "write to a file opened before the cut", err, syscall.EIO)
	refused(t, "sync a file opened before the cut", f.Sync(), syscall.EIO)
	_, err = listing.Readdirnames(-1)
	refused(t, "list a folder opened before the cut", err, syscall.EIO)
	refused(t, "sync a folder opened before the cut", listing.Sync(), syscall.EIO)
	if text := read(t, file); text != "text" {
		t.Errorf("the file holds %q", text)
	}
	must(t, os.WriteFile(file, []byte("more"), 0o600))
	if text := read(t, file); text != "more" {
		t.Errorf("the file holds %q after the power came back", text)
	}
	if d.Counts().Errors < 10 {
		t.Errorf("%+v: too few errors", d.Counts())
	}
}

// TestNothingOldIsCached: what a reader saw before the cut and is lost is seen
// by none after it.
func TestNothingOldIsCached(t *testing.T) {
	d := New()
	file := filepath.Join(d.Mount(t), "file")
	must(t, create(t, file, bytes.Repeat([]byte{'o'}, 4*pageSize)).Sync())
	lost := 0
	for n := range tries {
		f, err := os.OpenFile(file, os.O_RDWR, 0)
		must(t, err)
		put(t, f, bytes.Repeat([]byte{'y'}, 4*pageSize), 0)
		if text, err := io.ReadAll(f); err != nil || strings.Trim(string(text), "y") != "" {
			t.Fatalf("what was just written is read as %q, %v", text, err)
		}
		outage(d, n)
		must(t, f.Close())
		folder := t.TempDir()
		must(t, d.CopyTo(folder))
		text := read(t, file)
		if there := read(t, filepath.Join(folder, "file")); text != there {
			t.Fatalf("try %d: the mount shows what is not there", n)
		}
		if strings.Contains(text, "o") {
			lost++
		}
		must(t, os.WriteFile(file, bytes.Repeat([]byte{'o'}, 4*pageSize), 0o600))
		f, err = os.OpenFile(file, os.O_RDWR, 0)
		must(t, err)
		must(t, f.Sync())
		must(t, f.Close())
	}
	if lost == 0 {
		t.Error("nothing was ever lost")
	}
}

// TestSameChanceSameRemains cuts the same work twice by each of many seeds.
func TestSameChanceSameRemains(t *testing.T) {
	remains := func(seed int) (all string) {
		d := New()
		for _, name := range []string{"a", "b", "c"} {
			n, err := d.create(rootID, name, syscall.S_IFREG, [2]uint32{})
			if err != 0 {
				t.Fatal(err)
			}
			for at := range int64(8) {
				if _, err := d.write(n.id, at*pageSize, bytes.Repeat([]byte(name), pageSize)); err != 0 {
					t.Fatal(err)
				}
			}
		}
		outage(d, seed)
		folder := t.TempDir()
		must(t, d.CopyTo(folder))
		for name := range strings.FieldsSeq(names(t, folder)) {
			all += name + read(t, filepath.Join(folder, name))
		}
		return all
	}
	different := map[string]bool{}
	for seed := range 20 {
		first := remains(seed)
		if remains(seed) != first {
			t.Fatalf("seed %d does not leave the same twice", seed)
		}
		different[first] = true
	}
	if len(different) < 5 {
		t.Errorf("20 seeds leave %d outcomes", len(different))
	}
}

// TestCutAfterSoManySteps: writes and syncs, of which the last is not done.
func TestCutAfterSoManySteps(t *testing.T) {
	d := New()
	file := filepath.Join(d.Mount(t), "file")
	f := create(t, file, []byte("0"))
	must(t, f.Sync())
	gone := d.CutAfter(3, seeded(1))
	put(t, f, []byte("1"), 0)
	must(t, f.Sync())
	put(t, f, []byte("2"), 0)
	select {
	case <-gone:
		t.Fatal("the power went too early")
	default:
	}
	refused(t, "the fourth step", f.Sync(), syscall.EIO)
	<-gone
	d.PowerOn()
	if text := read(t, file); text != "1" && text != "2" {
		t.Errorf("the file holds %q", text)
	}
	must(t, os.WriteFile(file, []byte("3"), 0o600)) // it goes once
}
