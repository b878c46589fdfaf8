package install

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"
)

// TestManyApplies: the records stay bounded, and one can go back to the start
// all the same.
func TestManyApplies(t *testing.T) {
	b := newBench(t, "file")
	start := b.far.tree()
	for n := range maxRuns + 20 {
		if r := b.mustApply(ourSet(fmt.Sprintf("exten = %d,1,Answer()\n", n))); r.Run == "" {
			t.Fatal("there was nothing to do")
		}
	}
	runs := b.runs()
	if len(runs) > maxRuns {
		t.Errorf("%d runs are kept", len(runs))
	}
	objects, err := os.ReadDir(b.inst.records().objects())
	if err != nil || len(objects) > 2*maxRuns {
		t.Errorf("%d objects, %v", len(objects), err)
	}
	b.mustRollBack(RollbackOptions{To: runs[len(runs)-1].ID})
	b.verified("", VerifyOptions{})
	b.mustRollBack(RollbackOptions{To: runs[0].ID})
	b.is(start, "after rollback to the first")
}

// TestJoined: runs that were taken back leave nothing when they are joined
// with what took them back.
func TestJoined(t *testing.T) {
	a, b := stateOf([]byte("a")), stateOf([]byte("b"))
	apply := &Run{ID: "20261121T171409Z", Kind: applied, Done: true, Undone: true, Files: []RunFile{{Path: "/x", Before: a, After: b}, {Path: "/y", After: b}}}
	back := &Run{ID: "20261121T171410Z", Kind: rolledBack, Done: true, Files: []RunFile{{Path: "/x", Before: b, After: a}, {Path: "/y", Before: b}}}
	if got := joined(apply, back); len(got.Files) != 0 || !got.Undone || got.ID != apply.ID {
		t.Errorf("%+v", got)
	}
	next := &Run{ID: "20261121T171411Z", Kind: applied, Done: true, Files: []RunFile{{Path: "/x", Before: b, After: a}, {Path: "/z", After: a}}}
	got := joined(&Run{ID: apply.ID, Kind: applied, Done: true, Files: apply.Files}, next)
	want := []RunFile{{Path: "/y", After: b}, {Path: "/z", After: a}}
	if !reflect.DeepEqual(got.Files, want) || got.Undone {
		t.Errorf("%+v", got)
	}
}

func TestRunIDs(t *testing.T) {
	now := time.Date(2026, 11, 21, 17, 14, 9, 0, time.UTC)
	var runs []*Run
	for range 12 { // the clock stands still, and then goes back
		id := newID(now, runs)
		if !isRunID(id) || len(runs) > 0 && id <= runs[len(runs)-1].ID {
			t.Fatalf("%s is no id, or not behind %s", id, runs[len(runs)-1].ID)
		}
		runs = append(runs, &Run{ID: id})
		now = now.Add(-time.Hour)
	}
	for _, id := range []string{"", "x", "20261121T171409Z-x", "../20261121T171409Z", "20261121T171409Z-1234567"} {
		if isRunID(id) {
			t.Errorf("%q is taken for an id", id)
		}
	}
}

// TestDamagedRecords: nothing is done by records that cannot be right.
func TestDamagedRecords(t *testing.T) {
	for name, spoil := range map[string]func(r records, run *Run) string{
		"run":       func(r records, run *Run) string { return r.runFile(run.ID) },
		"object":    func(r records, run *Run) string { return r.objectFile(run.Files[0].Before.SHA256) },
		"installed": func(r records, _ *Run) string { return r.knownFile() },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "file")
			set := Set{Files: []File{{Path: conf, Data: []byte("x")}}}
			b.mustApply(set)
			after := b.far.tree()
			at := spoil(b.inst.records(), b.runs()[0])
			if err := os.WriteFile(at, []byte("{damaged"), 0o600); err != nil {
				t.Fatal(err)
			}
			plan, err := b.inst.PlanRollback(t.Context(), RollbackOptions{})
			if err == nil {
				_, err = b.inst.Rollback(t.Context(), plan)
			}
			if err == nil || !strings.Contains(err.Error(), path.Base(at)) {
				t.Errorf("%v", err)
			}
			b.is(after, "after that")
		})
	}
}

// FuzzReadRun: whatever a record holds, what is taken for a run is a sound one
// and written again as it was read.
func FuzzReadRun(f *testing.F) {
	run := &Run{
		Version: recordVersion, ID: "20261121T171409Z", Kind: applied, Server: "file:///x", Folders: []string{"/a/b"},
		Files: []RunFile{{Path: conf, Last: true, Before: stateOf([]byte("a"))}, {Path: "/x", After: stateOf(nil), Open: true}},
	}
	text, err := json.Marshal(run)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"version":1,"id":"20261121T171409Z","kind":"rollback","files":null}`))
	f.Add([]byte(`{"version":1,"id":"../../etc/x","kind":"apply","files":[{"path":"/../x"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 10_000 {
			return
		}
		run, err := readRun(text)
		if err != nil {
			return
		}
		if strings.ContainsAny(run.ID, "/.") {
			t.Errorf("the id %q", run.ID)
		}
		for _, file := range run.Files {
			if path.Clean(file.Path) != file.Path || strings.Contains(file.Before.SHA256+file.After.SHA256, "/") {
				t.Errorf("%+v", file)
			}
		}
		again, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := readRun(again); err != nil || !reflect.DeepEqual(back, run) {
			t.Errorf("%+v became %+v, %v", run, back, err)
		}
	})
}

// FuzzReadKnown: the same of the list of what is installed.
func FuzzReadKnown(f *testing.F) {
	text, err := json.Marshal(known{Version: recordVersion, Files: map[string]knownFile{conf: {State: stateOf([]byte("a")), Stamp: "1 2", Run: "20261121T171409Z"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"version":1,"files":{"/x":{"present":true,"size":-1}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 10_000 {
			return
		}
		k, err := readKnown(text)
		if err != nil {
			return
		}
		for name, file := range k.Files {
			if checkPath(name) != nil || !file.Present || len(file.SHA256) != 64 {
				t.Errorf("%s: %+v", name, file)
			}
		}
	})
}

// FuzzReadListing: a listing is whole only if each of its lines was
// understood, and nothing crashes.
func FuzzReadListing(f *testing.F) {
	f.Add("total 8\r\n-rw-r--r-- 1 0 0 12 Nov 21 17:14 a b.wav\r\nlrwxrwxrwx 1 0 0 1 Nov 21  2019 x -> y\r\n")
	f.Add("type=file;size=1;modify=20261121171409;UNIX.mode=0644; a.wav\r\ntype=OS.unix=slink:/x;size=1; b\r\n")
	f.Add("11-21-26  05:14PM       <DIR>          zh\r\n总用量 4\r\n-rw-r--r-- 1 0 0 1 11月 21 17:14 a\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		var found []*ftp.Entry
		for line := range strings.SplitSeq(text, "\n") {
			fields := strings.Fields(line)
			if len(fields) > 3 { // as if the library knew these alone
				found = append(found, &ftp.Entry{Name: fields[len(fields)-1], Size: uint64(len(line)) << 60})
			}
		}
		all := readListing(found, text)
		for name, e := range all.entries {
			if name == "." || name == ".." || name == "" || e.size < 0 || e.mode&^0o777 != 0 {
				t.Errorf("%q: %+v", name, e)
			}
		}
		if blank := strings.TrimSpace(text) == ""; blank && (len(all.entries) > 0 || !all.whole) {
			t.Errorf("of nothing: %+v", all)
		}
	})
}

// TestReadListing: kinds, permissions and what cannot be read.
func TestReadListing(t *testing.T) {
	text := strings.Join([]string{
		"total 12", "-rw-r-----   1 0        0        12 Nov 21 17:14 a b.wav", "drwxr-sr-x   2 0 0 4096 Nov 21  2019 zh",
		"lrwxrwxrwx   1 0 0 3 Nov 21 17:14 link -> /x", "type=OS.unix=slink:/y;size=1;UNIX.mode=0777; fact", "type=file;size=1;UNIX.mode=0640; mlsd",
	}, "\r\n")
	all := readListing([]*ftp.Entry{
		{Name: "a b.wav", Size: 12}, {Name: "zh", Type: ftp.EntryTypeFolder}, {Name: "link", Type: ftp.EntryTypeLink, Target: "/x"}, {Name: "fact"}, {Name: "mlsd"},
	}, text)
	want := map[string]entry{
		"a b.wav": {size: 12, mode: 0o640}, "zh": {kind: folderEntry, mode: 0o755}, "link": {kind: linkEntry, to: "/x"},
		"fact": {kind: linkEntry, mode: 0o777}, "mlsd": {mode: 0o640},
	}
	if !reflect.DeepEqual(all.entries, want) || !all.whole {
		t.Errorf("%+v", all)
	}
	if readListing(nil, "-rw-r--r-- 1 0 0 1 11月 21 17:14 a\r\n").whole {
		t.Error("a line that was not read does not count")
	}
}

// TestSetsThatCannotBe: what no server could be told is refused at once.
func TestSetsThatCannotBe(t *testing.T) {
	for want, files := range map[string][]File{
		"no clean absolute path":  {{Path: "support/a"}},
		"\"/a/../b\" is no clean": {{Path: "/a/../b"}},
		"characters that no path": {{Path: "/a\nDELE b"}},
		"too long":                {{Path: "/" + strings.Repeat("x", 250)}},
		"our own temporary files": {{Path: "/a" + newEnding}},
		"two files of one name":   {{Path: "/a/B.wav"}, {Path: "/a/b.wav"}},
		"at most 16777216":        {{Path: "/a", Data: make([]byte, maxFile+1)}},
	} {
		if err := (Set{Files: files}).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// TestURLs: what an address may be, and that no error tells a password.
func TestURLs(t *testing.T) {
	for text, want := range map[string]string{
		"sftp://support@192.168.5.150:8022": "", "ftp://support@pbx": "", "ftps://a@[::1]:990/": "", "file:///mnt/pbx": "", "file:///": "",
		"ftp://u:hidden@pbx": "has a password", "scp://u@pbx": "begins with sftp://", "sftp://pbx": "names no user", "sftp://u@": "names no host",
		"sftp://u@pbx/support": "ends with the path", "ftp://u@pbx?x": "behind ?", "file://pbx/x": "three slashes", "ftp://u%0dx@pbx": "control characters", "ftp://[hidden": "is no URL",
	} {
		err := CheckURL(text)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%s: %v", text, err)
		}
	}
	at, err := readURL("ftps://a@[::1]:990/")
	if err != nil || at.address() != "[::1]:990" {
		t.Errorf("%+v, %v", at, err)
	}
}
