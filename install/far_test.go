package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/sim"
)

const (
	conf   = sim.DialplanPath
	sounds = sim.SoundsPath + "/zh/"
)

// far is the other side of a test: files that somebody else can look at and
// change, without a server in between.
type far interface {
	put(name, text string)
	remove(name string)
	// tree gives every file with what it holds, and every folder.
	tree() map[string]string
}

// bench is one way to reach a far side.
type bench struct {
	t      *testing.T
	far    far
	pbx    *sim.PBX // nil for a folder
	server Server
	inst   *Installer
	at     time.Time
	pauses atomic.Int64
}

// simFar is the disk of a simulated PBX.
type simFar struct {
	t *testing.T
	p *sim.PBX
}

func (f simFar) put(name, text string) {
	if err := f.p.SetFile(name, []byte(text)); err != nil {
		f.t.Fatal(err)
	}
}

func (f simFar) remove(name string) {
	if err := f.p.RemoveFile(name); err != nil {
		f.t.Fatal(err)
	}
}

func (f simFar) tree() map[string]string {
	all := map[string]string{}
	for _, file := range f.p.Files("/") {
		if file.Folder {
			all[file.Path+"/"] = ""
			continue
		}
		data, err := f.p.File(file.Path)
		if err != nil {
			f.t.Fatal(err)
		}
		all[file.Path] = string(data)
	}
	return all
}

// diskFar is a folder of this computer.
type diskFar struct {
	t   *testing.T
	dir string
}

func (f diskFar) put(name, text string) {
	at := filepath.Join(f.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644)); err != nil {
		f.t.Fatal(err)
	}
}

func (f diskFar) remove(name string) {
	if err := os.RemoveAll(filepath.Join(f.dir, name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f diskFar) tree() map[string]string {
	all := map[string]string{}
	err := filepath.WalkDir(f.dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == f.dir {
			return err
		}
		name := strings.TrimPrefix(at, f.dir)
		if d.IsDir() {
			all[name+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(at)
		all[name] = string(data)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

var ways = []string{"ftp", "sftp", "file"}

// newBench makes a far side, fresh from the factory, and an installer for it.
func newBench(t *testing.T, way string) *bench {
	t.Helper()
	b := &bench{t: t, at: time.Date(2026, 11, 21, 17, 14, 9, 0, time.UTC)}
	switch way {
	case "file":
		dir := t.TempDir()
		b.far = diskFar{t, dir}
		b.far.put(conf, "[somebody]\nexten = 7990,1,NoOp()\n")
		b.far.put(sounds+"beep.wav", "beep")
		b.server = Server{URL: "file://" + dir}
	default:
		p, err := sim.NewPBX(sim.PBXOptions{Password: "api", FilePassword: "demo", Disk: 4 << 20})
		if err != nil {
			t.Fatal(err)
		}
		b.pbx, b.far = p, simFar{t, p}
		serve := p.ServeFTP
		if way == "sftp" {
			serve = p.ServeSFTP
			b.server.Pin = p.HostKeys()[0].Public
		}
		b.server.URL = way + "://support@" + serveOn(t, serve)
		b.server.Password = "demo"
	}
	b.inst = &Installer{
		Server: b.server, Records: filepath.Join(t.TempDir(), "install"),
		Now: func() time.Time { b.at = b.at.Add(time.Second); return b.at },
		Pause: func(ctx context.Context, _ time.Duration) error {
			b.pauses.Add(1)
			return context.Cause(ctx)
		},
	}
	return b
}

func serveOn(t *testing.T, serve func(context.Context, net.Listener) error) string {
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

// strike lets a fault strike the next times.
func (b *bench) strike(f sim.Fault, next int) {
	b.t.Helper()
	if err := b.pbx.SetFault(f, sim.Chance{Next: next}); err != nil {
		b.t.Fatal(err)
	}
}

// plan makes one that must be possible.
func (b *bench) plan(set Set) *Plan {
	b.t.Helper()
	p, err := b.inst.Plan(b.t.Context(), set)
	if err != nil {
		b.t.Fatalf("plan: %v", err)
	}
	return p
}

func (b *bench) apply(set Set) (Result, error) {
	b.t.Helper()
	return b.inst.Apply(b.t.Context(), b.plan(set))
}

func (b *bench) mustApply(set Set) Result {
	b.t.Helper()
	r, err := b.apply(set)
	if err != nil {
		b.t.Fatalf("apply: %v", err)
	}
	return r
}

func (b *bench) mustRollBack(o RollbackOptions) Result {
	b.t.Helper()
	p, err := b.inst.PlanRollback(b.t.Context(), o)
	if err != nil {
		b.t.Fatalf("plan of a rollback: %v", err)
	}
	r, err := b.inst.Rollback(b.t.Context(), p)
	if err != nil {
		b.t.Fatalf("rollback: %v", err)
	}
	return r
}

// is fails the test unless the tree is as wanted.
func (b *bench) is(want map[string]string, when string) {
	b.t.Helper()
	if diff := treeDiff(want, b.far.tree()); diff != "" {
		b.t.Errorf("%s: %s", when, diff)
	}
}

func treeDiff(want, got map[string]string) string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if text, there := got[name]; !there {
			faults = append(faults, name+" is missing")
		} else if text != want[name] {
			faults = append(faults, fmt.Sprintf("%s holds %.60q and not %.60q", name, text, want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, wanted := want[name]; !wanted {
			faults = append(faults, name+" is there")
		}
	}
	return strings.Join(faults, "; ")
}

func (b *bench) what(p *Plan) map[string]string {
	all := map[string]string{}
	for _, c := range p.Files {
		all[path.Base(c.Path)] = c.What
	}
	return all
}

const (
	markBegin = "; begin of ours\n"
	markEnd   = "; end of ours\n"
)

// merging keeps a block of ours at the end of a file.
func merging(block string) func([]byte, bool) ([]byte, error) {
	return func(existing []byte, present bool) ([]byte, error) {
		if bytes.Contains(existing, []byte("; never merge")) {
			return nil, errors.New("line 1 forbids it: remove it")
		}
		return []byte(without(string(existing)) + markBegin + block + markEnd), nil
	}
}

func without(text string) string {
	before, rest, found := strings.Cut(text, markBegin)
	if !found {
		return text
	}
	_, after, _ := strings.Cut(rest, markEnd)
	return before + after
}

// wav is what a prompt could hold: all bytes, in no order that a text has.
func wav(seed, size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte((i*7 + seed) * (i + 3) >> 3)
	}
	copy(data, "RIFF\r\n\x00\xff\n")
	return data
}

// ourSet is what is mostly installed.
func ourSet(block string) Set {
	return Set{Files: []File{
		{Path: conf, Merge: merging(block), Last: true},
		{Path: sounds + "roomstatus.wav", Data: wav(1, 20000)},
		{Path: sounds + "cleaned.wav", Data: wav(2, 70000)},
		{Path: sounds + "beep.wav", Data: wav(3, 900)}, // takes another's place
		{Path: sim.SoundsPath + "/fr/new/folder/room.wav", Data: wav(4, 10)},
	}}
}

// installed is a tree with a set in it.
func installed(before map[string]string, set Set) map[string]string {
	after := maps.Clone(before)
	for _, f := range set.Files {
		data := f.Data
		if f.Merge != nil {
			old, there := before[f.Path]
			data, _ = f.Merge([]byte(old), there)
		}
		after[f.Path] = string(data)
		for folder := path.Dir(f.Path); folder != "/"; folder = path.Dir(folder) {
			after[folder+"/"] = ""
		}
	}
	return after
}

// eachWay runs a test over every way to reach files.
func eachWay(t *testing.T, test func(t *testing.T, b *bench)) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) { test(t, newBench(t, way)) })
	}
}

// eachServer leaves the folder out.
func eachServer(t *testing.T, test func(t *testing.T, b *bench)) {
	for _, way := range ways[:2] {
		t.Run(way, func(t *testing.T) { test(t, newBench(t, way)) })
	}
}
