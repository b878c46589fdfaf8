package sim

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"context"
)

// servePort runs a server of p's until the test ends, and gives its address.
func servePort(t *testing.T, serve func(context.Context, net.Listener) error) string {
	t.Helper()
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

// holds fails the test if a file holds something else.
func holds(t *testing.T, p *PBX, name, want string) {
	t.Helper()
	got, err := p.File(name)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %.80q (%d bytes), %v; want %.80q", name, got, len(got), err, want)
	}
}

func TestFactoryFiles(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	var names []string
	for _, f := range p.Files("/") {
		names = append(names, f.Path)
	}
	for _, want := range []string{
		DialplanPath, RecordPath, SoundsPath + "/zh/vm-goodbye.wav", SoundsPath + "/zh/digits/9.wav", SoundsPath + "/en/beep.wav",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s in %q", want, names)
		}
	}
	holds(t, p, "/ysdisk/support//customcfg/extensions_support.conf", factoryDialplan)
	if wav, err := p.File(SoundsPath + "/zh/vm-goodbye.wav"); err != nil || len(wav) != 44+1600 || string(wav[:4]) != "RIFF" {
		t.Errorf("%d bytes, %v", len(wav), err)
	}
	if err := p.disk.sound(); err != nil {
		t.Error(err)
	}
	if _, err := NewPBX(PBXOptions{Disk: 1000}); !errors.Is(err, errDiskFull) {
		t.Errorf("a disk of 1000 bytes: %v", err)
	}
}

func TestFilesAreSet(t *testing.T) {
	p := newPBX(t, PBXOptions{Disk: 1 << 20, Now: newClock().now})
	if err := p.SetFile("/new/folder/file", []byte("text")); err != nil {
		t.Fatal(err)
	}
	files := p.Files("/new")
	if len(files) != 2 || !files[0].Folder || files[1].Path != "/new/folder/file" || files[1].Size != 4 || files[1].Modified != newClock().at {
		t.Errorf("%+v", files)
	}
	for _, wrong := range []error{
		p.SetFile("/new/folder", nil), p.SetFile("/new/folder/file/x", nil), p.SetFile("/big", make([]byte, 1<<20)), p.SetFile("/a\nb", nil),
		p.RemoveFile("/not/there"), p.RemoveFile("/.."),
	} {
		if wrong == nil {
			t.Error("took what cannot be")
		}
	}
	if err := p.RemoveFile("/new"); err != nil {
		t.Error(err)
	}
	if _, err := p.File("/new/folder/file"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file is left: %v", err)
	}
	if len(p.Files("/new")) > 0 || len(p.Files(DialplanPath)) > 0 {
		t.Error("files in what is no folder")
	}
}

func TestDialplanIsLoadedByApply(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now})
	loaded := func(want string) {
		t.Helper()
		if got := string(p.LoadedDialplan()); got != want {
			t.Errorf("loaded is %.40q, want %.40q", got, want)
		}
	}
	set := func(text string) {
		t.Helper()
		if err := p.SetFile(DialplanPath, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	loaded(factoryDialplan)
	set("one")
	loaded(factoryDialplan)
	p.Apply()
	loaded("one")

	if err := p.SetLimits(Limits{ApplyLag: span(3), Channels: 10}); err != nil {
		t.Fatal(err)
	}
	set("two")
	p.Apply()
	set("three") // after the click
	p.Move(3*time.Second - 1)
	loaded("one")
	p.Move(1)
	loaded("two")
	p.Restart()
	loaded("three")
	if err := p.RemoveFile(DialplanPath); err != nil {
		t.Fatal(err)
	}
	p.Apply()
	p.Move(3 * time.Second)
	loaded("")
}

func TestApplyRewrites(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	if err := p.SetFile(DialplanPath, []byte("ours")); err != nil {
		t.Fatal(err)
	}
	if err := p.SetFault(FaultApplyRewrites, Chance{Next: 1}); err != nil {
		t.Fatal(err)
	}
	p.Apply()
	holds(t, p, DialplanPath, factoryDialplan)
	if string(p.LoadedDialplan()) != factoryDialplan {
		t.Error("another one is loaded")
	}
}

func TestWritesLoadTheDialplan(t *testing.T) {
	for _, on := range []bool{false, true} {
		p, token := vectorPBX(t)
		limits := p.Limits()
		limits.WritesLoad = on
		if err := p.SetLimits(limits); err != nil {
			t.Fatal(err)
		}
		if err := p.SetFile(DialplanPath, []byte("half")); err != nil {
			t.Fatal(err)
		}
		if a := ask(p, 1, "extension/update", token, `{"number":"1002","username":"Amy"}`); a.Status != "Success" {
			t.Fatalf("%+v", a)
		}
		if got := string(p.LoadedDialplan()) == "half"; got != on {
			t.Errorf("writes-load %t: the file is loaded: %t", on, got)
		}
	}
}

// Where a prompt lies decides whether calls can play it.
func TestPromptsAreFilesInRecord(t *testing.T) {
	for name, plays := range map[string]bool{
		RecordPath + "/hello.wav": true, RecordPath + "/hello.mp3": false, SoundsPath + "/zh/hello.wav": false, RecordPath + "/hello.wav/x.wav": false,
	} {
		p, token := vectorPBX(t)
		if err := p.SetFile(name, silence(time.Second)); err != nil {
			t.Fatal(err)
		}
		a := ask(p, 1, "call/playprompt", token, `{"number":"1002","prompt":"hello"}`)
		if listed := slices.Contains(p.Prompts(), "hello"); (a.Status == "Success") != plays || listed != plays {
			t.Errorf("with %s: %+v; listed: %t", name, a, listed)
		}
		if slices.Contains(p.Prompts(), "hello.mp3") {
			t.Error("a file of another kind is listed")
		}
		if a := ask(p, 1, "call/playprompt", token, `{"number":"1002","prompt":"../zh/hello"}`); a.Errno != errNoPrompt {
			t.Errorf("a path is played: %+v", a)
		}
	}
}

func TestFileFaultsAreKnown(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	for _, f := range FileFaults() {
		if err := p.SetFault(f, Chance{Next: 1}); err != nil {
			t.Error(err)
		}
		if slices.Contains(Faults(), f) {
			t.Errorf("%s is a fault of the API, too", f)
		}
	}
}

func TestControlFiles(t *testing.T) {
	p := newPBX(t, PBXOptions{Disk: 1 << 20})
	for _, c := range []struct {
		line, body string
		status     int
		holds      string
	}{
		{"GET /files", "", 200, `"path": "` + DialplanPath + `"`},
		{"GET /files" + DialplanPath, "", 200, "support-lift"},
		{"PUT /files" + DialplanPath, "not { JSON", 200, "{}"},
		{"GET /files" + DialplanPath, "", 200, "not { JSON"},
		{"GET /dialplan", "", 200, "support-lift"},
		{"POST /apply", "", 200, "{}"},
		{"GET /dialplan", "", 200, `"text": "not { JSON"`},
		{"PUT /files/support", "x", 400, "is a directory"},
		{"PUT /files/big", strings.Repeat("x", 1<<20), 400, "no space"},
		{"PUT /files/big", strings.Repeat("x", 1<<20+1), 400, "too large"},
		{"GET /files/support/none", "", 404, "does not exist"},
		{"DELETE /files/support/none", "", 404, "does not exist"},
		{"DELETE /files/support", "", 200, "{}"},
		{"GET /files" + DialplanPath, "", 404, "does not exist"},
		{"PUT /faults", `{"faults":{"upload-cut":{"percent":5}}}`, 200, `"percent": 5`},
		{"PUT /limits", `{"one-lock":true}`, 200, `"one-lock": true`},
	} {
		if status, answer := order(p, c.line, c.body); status != c.status || !strings.Contains(answer, c.holds) {
			t.Errorf("%s %.40s: %d %.200s, want %d and %q", c.line, c.body, status, answer, c.status, c.holds)
		}
	}
	if _, answer := order(p, http.MethodGet+" /faults", ""); !strings.Contains(answer, `"host-key"`) {
		t.Error("the faults of files are not listed")
	}
}
