package backup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/install"
	"bellhop/sim"
)

// places are one of each kind, fresh.
func places(t *testing.T) map[string]Destination {
	t.Helper()
	p, err := sim.NewPBX(sim.PBXOptions{Password: "api", FilePassword: "demo", Disk: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(serve func(context.Context, net.Listener) error) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() { ended <- serve(ctx, ln) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("serve: %v", err)
			}
		})
		return ln.Addr().String()
	}
	return map[string]Destination{
		"folder": {To: filepath.Join(t.TempDir(), "a", "b")},
		"file":   {To: "file://" + filepath.Join(t.TempDir(), "a")},
		"ftp":    {To: "ftp://support@" + serve(p.ServeFTP) + "/support/backups/harbour", Password: "demo"},
		"sftp":   {To: "sftp://support@" + serve(p.ServeSFTP) + "/support/backups/inn", Password: "demo", Pin: p.HostKeys()[0].Public},
	}
}

func fileOf(t *testing.T, data []byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	return f
}

func noise(size int) []byte {
	data := make([]byte, size)
	r := rand.New(rand.NewPCG(1, uint64(size)))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// Every place gives back what it was given, in parts or not, lists what is whole,
// and leaves alone what is not ours.
func TestPlaces(t *testing.T) {
	for kind, d := range places(t) {
		t.Run(kind, func(t *testing.T) {
			place, err := d.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := place.Close(); err != nil {
					t.Error(err)
				}
			}()
			want := map[string][]byte{}
			for n, size := range []int{0, 1, chunkSize, chunkSize + 1} {
				name, data := nameOf(noon.Add(time.Duration(n)*time.Hour), n%2 == 0), noise(size)
				want[name] = data
				if err := place.Put(t.Context(), name, fileOf(t, data), int64(size)); err != nil {
					t.Fatalf("put %s: %v", name, err)
				}
			}
			all, err := place.List(t.Context())
			if err != nil || len(all) != len(want) || !all[0].Made.Equal(noon.Add(3*time.Hour)) {
				t.Fatalf("it lists %+v, %v", all, err)
			}
			for _, s := range all {
				var got bytes.Buffer
				if err := place.Get(t.Context(), s.Name, &got); err != nil || !bytes.Equal(got.Bytes(), want[s.Name]) || s.Bytes != int64(got.Len()) {
					t.Errorf("%s: %d bytes of %d, %v", s.Name, got.Len(), s.Bytes, err)
				}
			}
			if err := place.Remove(t.Context(), all[0].Name); err != nil {
				t.Fatal(err)
			}
			left, err := place.List(t.Context())
			if err != nil || !slices.Equal(left, all[1:]) {
				t.Errorf("then it lists %+v, %v", left, err)
			}
			if err := place.Get(t.Context(), all[0].Name, io.Discard); err == nil {
				t.Error("what was removed is given")
			}
		})
	}
}

// A backup of which a part is missing is none.
func TestServerListsWhatIsWhole(t *testing.T) {
	files := []install.FileInfo{
		{Name: "bellhop-20261121-120000.tar.gz.age.001-of-002", Size: 10}, {Name: "bellhop-20261121-120000.tar.gz.age.002-of-002", Size: 5},
		{Name: "bellhop-20261122-120000.tar.gz.age.001-of-002", Size: 10},
		{Name: "bellhop-20261123-120000.tar.gz.age.part"}, {Name: "holiday.jpg"}, {Name: "bellhop-20261124-120000.tar.gz", Size: 3},
	}
	whole := map[string]int64{}
	for _, c := range gather(files) {
		if c.have == c.of {
			whole[c.Name] = c.Bytes
		}
	}
	if len(whole) != 2 || whole["bellhop-20261121-120000.tar.gz.age"] != 15 || whole["bellhop-20261124-120000.tar.gz"] != 3 {
		t.Errorf("whole are %v", whole)
	}
}

func TestDestinations(t *testing.T) {
	for to, good := range map[string]bool{
		"/mnt/usb": true, "file:///mnt": true, "usb:STICK": true, "usb:": false, "usb:a/b": false, "": false, "mnt": false,
		"sftp://u@h/a/b": true, "sftp://u@h": true, "ftp://u@h:2121/a": true, "sftp://u:secret@h/a": false, "sftp://h/a": false, "http://h/": false,
	} {
		err := CheckDestination(to)
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", to, err)
		}
	}
	// A stick that is not in: nothing may be written where it would be.
	folder := filepath.Join(t.TempDir(), "usb")
	for _, d := range []Destination{{To: folder, Mounted: true}, {To: "usb:NOT-IN-" + filepath.Base(t.TempDir())}} {
		if _, err := d.Open(t.Context()); !errors.Is(err, ErrNoDisk) {
			t.Errorf("%s: %v", d.To, err)
		}
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("its folder was made")
	}
}

func TestServerThatRefuses(t *testing.T) {
	all := places(t)
	d := all["sftp"]
	d.Pin = ""
	if _, err := d.Open(t.Context()); !errors.Is(err, install.ErrUntrusted) || !strings.Contains(err.Error(), "bellhop trust backup") || Passing(err) {
		t.Errorf("without a pin: %v", err)
	}
	d = all["ftp"]
	d.Password = "wrong" + canary
	if _, err := d.Open(t.Context()); !errors.Is(err, install.ErrLogin) || strings.Contains(err.Error(), canary) || Passing(err) {
		t.Errorf("with a wrong password: %v", err)
	}
	if _, err := (Destination{To: "ftp://u@127.0.0.1:1/x"}).Open(t.Context()); !Passing(err) {
		t.Errorf("nobody is there: %v", err)
	}
}

// maker makes backups of a database that is no database.
func maker(t *testing.T, d Destination, key Key) *Maker {
	t.Helper()
	dir := t.TempDir()
	at := noon
	return &Maker{
		Hotel: "Harbour", Zone: time.UTC, To: d, Key: key, Rule: Rule{Daily: 2},
		Items: func() ([]Item, error) { return someItems()[:3], nil },
		Look: func(path string) (Database, error) {
			text, err := os.ReadFile(path)
			if err == nil && string(text) != "database" {
				err = errors.New("it is damaged")
			}
			return Database{ID: "x", Events: 3}, err
		},
		Work: filepath.Join(dir, "making"), Record: filepath.Join(dir, "backup.json"),
		Now: func() time.Time { at = at.Add(12 * time.Hour); return at },
	}
}

func copies(text string) func(context.Context, string) error {
	return func(_ context.Context, path string) error { return os.WriteFile(path, []byte(text), 0o600) }
}

func TestMaker(t *testing.T) {
	identity, recipient, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key      Key
		restored bool
	}{
		"clear": {Key{}, true}, "recipient": {Key{Recipient: recipient}, false}, "passphrase": {Key{Passphrase: "correct horse"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := Destination{To: t.TempDir()}
			m := maker(t, d, c.key)
			var removed []string
			for range 6 { // three days
				made, err := m.Make(t.Context(), "", copies("database"))
				if err != nil {
					t.Fatal(err)
				}
				removed = append(removed, made.Removed...)
				if made.Restored != c.restored || made.Encrypted == c.key.None() || made.Database.Events != 3 {
					t.Errorf("made %+v", made)
				}
				if r := ReadRecord(m.Record); r.Last == nil || r.Last.Name != made.Name || r.Error != "" {
					t.Errorf("remembered %+v", r)
				}
			}
			place, err := d.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			all, err := place.List(t.Context())
			if err != nil || len(all) != 2 || len(removed) != 4 {
				t.Fatalf("there are %+v, removed %q, %v", all, removed, err)
			}
			var b bytes.Buffer
			if err := place.Get(t.Context(), all[0].Name, &b); err != nil {
				t.Fatal(err)
			}
			from, err := Open(&b, Unlock{Identity: identity, Passphrase: c.key.Passphrase})
			if err != nil {
				t.Fatal(err)
			}
			secret := false
			if _, err := Read(from, func(name string, _ io.Reader) error { secret = secret || name == "secrets/pbx"; return nil }); err != nil {
				t.Fatal(err)
			}
			if secret == c.key.None() {
				t.Errorf("secrets are in it: %v", secret)
			}
			if _, err := os.Stat(m.Work); err == nil {
				t.Error("the folder of what is under way stays")
			}
		})
	}
}

// What cannot be restored does not take the place of what can.
func TestMakerThatFails(t *testing.T) {
	d := Destination{To: t.TempDir()}
	m := maker(t, d, Key{})
	good, err := m.Make(t.Context(), "", copies("database"))
	if err != nil {
		t.Fatal(err)
	}
	for what, copyTo := range map[string]func(context.Context, string) error{
		"a damaged copy": copies("data"), "no copy": func(context.Context, string) error { return errors.New("disk full") },
	} {
		if _, err := m.Make(t.Context(), "", copyTo); err == nil {
			t.Errorf("%s: it is made", what)
		}
		if r := ReadRecord(m.Record); r.Error == "" || r.Failed.IsZero() || r.Last == nil || r.Last.Name != good.Name {
			t.Errorf("%s: remembered %+v", what, r)
		}
	}
	if _, err := m.Make(t.Context(), "usb:NONE", copies("database")); !errors.Is(err, ErrNoDisk) {
		t.Errorf("to a stick that is not in: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := m.Make(ended, "", copies("database")); err == nil {
		t.Error("it is made although it was called off")
	}
	place, _ := d.Open(t.Context())
	if all, err := place.List(t.Context()); err != nil || len(all) != 1 || all[0].Name != good.Name {
		t.Errorf("there are %+v, %v", all, err)
	}
}
