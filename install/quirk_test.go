package install

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// quirky is an FTP server with bad manners, as old devices and other systems
// have them. It has no folders of its own: each path's are there.
type quirky struct {
	mu    sync.Mutex
	files map[string]string

	greeting   string
	answers    map[string]string // for a verb, instead of what it would do
	list       func(name, data string) string
	total      string // the first line of a listing
	done       string // the code behind a transfer
	ascii      bool   // the ends of lines are changed, whatever TYPE says
	noCase     bool   // capitals do not count
	refuseNew  bool   // no new names but .conf and .wav
	noOver     bool   // no STOR over what is there
	noTaking   bool   // no RNTO over what is there
	on         func(line string)
	keepBytes  int    // of an upload; 0: all
	cutAt      int    // bytes of a dialplan that come before the line breaks; 0: all
	silentAt   string // the verb that is never answered
	silentData bool   // data connections bring nothing
	flood      string // the verb that is answered for ever
}

func newQuirky() *quirky {
	return &quirky{
		files:    map[string]string{conf: "[somebody]\n", sounds + "beep.wav": "beep"},
		greeting: "220 ready", answers: map[string]string{}, done: "226 done",
		list: func(name, data string) string {
			return fmt.Sprintf("-rw-r--r--   1 0        0        %8d Nov 21 17:14 %s", len(data), name)
		},
	}
}

// serve answers until the test ends.
func (q *quirky) serve(t *testing.T) string {
	t.Helper()
	return serveOn(t, func(ctx context.Context, ln net.Listener) error {
		var running sync.WaitGroup
		defer running.Wait()
		context.AfterFunc(ctx, func() { _ = ln.Close() })
		for {
			conn, err := ln.Accept()
			if err != nil {
				return nil
			}
			running.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				q.talk(ctx, conn)
			})
		}
	})
}

func (q *quirky) installer(t *testing.T) *Installer {
	t.Helper()
	return &Installer{
		Server:  Server{URL: "ftp://support@" + q.serve(t), Password: "demo"},
		Records: filepath.Join(t.TempDir(), "install"),
		Pause:   func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
	}
}

func (q *quirky) talk(ctx context.Context, conn net.Conn) {
	say := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
	say(q.greeting)
	var passive net.Listener
	var from, dir string
	in := bufio.NewScanner(conn)
	for in.Scan() {
		verb, arg, _ := strings.Cut(in.Text(), " ")
		q.mu.Lock()
		on := q.on
		q.mu.Unlock()
		if on != nil {
			on(in.Text())
		}
		if verb == q.silentAt {
			<-ctx.Done()
			return
		}
		for verb == q.flood {
			if _, err := io.WriteString(conn, "226-"+strings.Repeat("x", 1000)+"\r\n"); err != nil {
				return
			}
		}
		if answer := q.answers[verb]; answer != "" {
			say(answer)
			continue
		}
		switch verb {
		case "USER":
			say("331 and the password?")
		case "PASS":
			say("230 in")
		case "TYPE", "NOOP":
			say("200 fine")
		case "CWD":
			dir = arg
			say("250 fine")
		case "PASV":
			var err error
			if passive, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return
			}
			port := passive.Addr().(*net.TCPAddr).Port
			say(fmt.Sprintf("227 Entering Passive Mode (10,0,0,1,%d,%d)", port>>8, port&255))
		case "LIST", "NLST", "STOR", "RETR":
			if !q.transfer(ctx, passive, verb, arg, dir, say) {
				return
			}
		case "DELE":
			say(q.remove(arg))
		case "RNFR":
			from = arg
			say("350 and to?")
		case "RNTO":
			say(q.rename(from, arg))
		case "MKD":
			say("257 made")
		default:
			say("500 what?")
		}
	}
}

// name is what a path means here. The caller holds mu.
func (q *quirky) name(at string) string {
	if q.noCase {
		for other := range q.files {
			if strings.EqualFold(other, at) {
				return other
			}
		}
	}
	return at
}

func (q *quirky) remove(name string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, there := q.files[q.name(name)]; !there {
		return "550 no"
	}
	delete(q.files, q.name(name))
	return "200 gone" // and not 250
}

func (q *quirky) rename(from, to string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	data, there := q.files[q.name(from)]
	_, taken := q.files[q.name(to)]
	if !there || taken && q.noTaking {
		return "550 no"
	}
	delete(q.files, q.name(from))
	q.files[q.name(to)] = data
	return "250 renamed"
}

// transfer is false when the line has broken.
func (q *quirky) transfer(ctx context.Context, passive net.Listener, verb, arg, dir string, say func(string)) (up bool) {
	defer passive.Close()
	q.mu.Lock()
	data, there := q.files[q.name(arg)]
	q.mu.Unlock()
	known := slices.Contains([]string{".conf", ".wav"}, path.Ext(arg))
	switch {
	case verb == "RETR" && !there:
		say("550 no")
		return true
	case verb == "STOR" && there && q.noOver, verb == "STOR" && !known && q.refuseNew:
		say("553 no")
		return true
	}
	say("150 here")
	conn, err := passive.Accept()
	if err != nil {
		return false
	}
	defer conn.Close()
	if q.silentData {
		<-ctx.Done()
		return false
	}
	switch verb {
	case "LIST":
		_, err = io.WriteString(conn, q.total+q.listing(dir, q.list))
	case "NLST":
		_, err = io.WriteString(conn, q.listing(dir, func(name, _ string) string { return name }))
	case "RETR":
		if q.ascii {
			data = strings.ReplaceAll(data, "\n", "\r\n")
		}
		_, err = io.WriteString(conn, data)
	case "STOR":
		var got []byte
		got, err = io.ReadAll(conn)
		if q.ascii {
			got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
		}
		if q.keepBytes > 0 {
			got = got[:min(len(got), q.keepBytes)]
		}
		q.mu.Lock()
		cut := q.cutAt > 0 && arg == conf
		if cut {
			got = got[:q.cutAt]
		}
		q.files[q.name(arg)] = string(got)
		q.mu.Unlock()
		if cut {
			return false
		}
	}
	_ = conn.Close()
	if err != nil {
		say("426 broken")
		return true
	}
	say(q.done)
	return true
}

func (q *quirky) listing(dir string, line func(name, data string) string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	text := ""
	for _, name := range slices.Sorted(maps.Keys(q.files)) {
		if path.Dir(name) == path.Clean(dir) {
			text += line(path.Base(name), q.files[name]) + "\r\n"
		}
	}
	return text
}

func (q *quirky) tree() map[string]string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return maps.Clone(q.files)
}

// quirkySet has names that listings make hard.
func quirkySet() Set {
	return Set{Files: []File{
		{Path: conf, Merge: merging("x\n"), Last: true},
		{Path: sounds + "beep.wav", Data: wav(3, 900)},
		{Path: sounds + "a  b -> c.wav", Data: wav(4, 100)},
		{Path: sounds + "房间 1.wav", Data: wav(5, 100)},
	}}
}

// TestQuirks: an hour at servers that differ from the books, each in its way.
func TestQuirks(t *testing.T) {
	for name, spoil := range map[string]func(q *quirky){
		"none":              func(*quirky) {},
		"done by 250":       func(q *quirky) { q.done = "250 done" },
		"greeting of lines": func(q *quirky) { q.greeting = "220-Welcome\r\n220-to this\r\n220 device" },
		"as DOS": func(q *quirky) {
			q.list = func(name, data string) string { return fmt.Sprintf("11-21-26  05:14PM %20d %s", len(data), name) }
		},
		"with years": func(q *quirky) {
			q.list = func(name, data string) string {
				return fmt.Sprintf("-rw-rw-r--+ 1 support support group %d Nov 21  2019 %s", len(data), name)
			}
		},
		"total first": func(q *quirky) { q.total = "总用量 24\r\n" },
		"months in Chinese": func(q *quirky) {
			q.list = func(name, data string) string {
				return fmt.Sprintf("-rw-r--r--   1 0        0        %8d 11月 21 17:14 %s", len(data), name)
			}
		},
		"nonsense":         func(q *quirky) { q.list = func(name, _ string) string { return "?" + name } },
		"sizes that lie":   func(q *quirky) { q.list = lyingList },
		"empty listing":    func(q *quirky) { q.list = func(string, string) string { return "" } },
		"empty, no rename": func(q *quirky) { q.list = func(string, string) string { return "" }; q.answers["RNFR"] = "550 no" },
		"hides the dialplan": func(q *quirky) {
			q.files[path.Dir(conf)+"/other.conf"] = "shown"
			shown := q.list
			q.list = func(name, data string) string {
				if name == path.Base(conf) {
					return ""
				}
				return shown(name, data)
			}
		},
		"no rename":            func(q *quirky) { q.answers["RNFR"] = "502 not here" },
		"no rename, no over":   func(q *quirky) { q.answers["RNFR"] = "502 not here"; q.noOver = true },
		"rename refused":       func(q *quirky) { q.answers["RNTO"] = "550 no" },
		"no taking of places":  func(q *quirky) { q.noTaking = true },
		"no names of our own":  func(q *quirky) { q.refuseNew = true },
		"CHMOD is not known":   func(q *quirky) { q.answers["SITE"] = "500 what?" },
		"CHMOD is known":       func(q *quirky) { q.answers["SITE"] = "200 set" },
		"makes no new folders": func(q *quirky) { q.answers["MKD"] = "550 exists" },
	} {
		t.Run(name, func(t *testing.T) {
			q := newQuirky()
			spoil(q)
			inst, start := q.installer(t), q.tree()
			for n := range 2 {
				plan, err := inst.Plan(t.Context(), quirkySet())
				if err != nil {
					t.Fatal(err)
				}
				r, err := inst.Apply(t.Context(), plan)
				if err != nil || n > 0 && r.Sent > 0 {
					t.Fatalf("apply %d: %+v, %v", n, r, err)
				}
				want := maps.Clone(start)
				for _, f := range quirkySet().Files {
					want[f.Path] = string(f.Data)
				}
				want[conf] = "[somebody]\n" + markBegin + "x\n" + markEnd
				if diff := treeDiff(want, q.tree()); diff != "" {
					t.Errorf("apply %d: %s", n, diff)
				}
			}
			found, err := inst.Verify(t.Context(), VerifyOptions{})
			if err != nil || Bad(found) != nil {
				t.Errorf("verify: %v, %v", Bad(found), err)
			}
			plan, err := inst.PlanRollback(t.Context(), RollbackOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := inst.Rollback(t.Context(), plan); err != nil {
				t.Error(err)
			}
			if diff := treeDiff(start, q.tree()); diff != "" {
				t.Errorf("rollback: %s", diff)
			}
		})
	}
}

func lyingList(name, data string) string {
	return fmt.Sprintf("-rw-r--r--   1 0        0        %8d Nov 21 17:14 %s", 7*len(data)+1, name)
}

// TestQuirksThatEnd: what cannot be worked around has a kind, says what to do,
// and leaves the files as they were.
func TestQuirksThatEnd(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(q *quirky)
		kind  error
		says  string
	}{
		"ends of lines":   {func(q *quirky) { q.ascii = true }, ErrLineEnds, "switch ASCII mode off"},
		"keeps half":      {func(q *quirky) { q.keepBytes = 50 }, ErrReadBack, "50 are there"},
		"full":            {func(q *quirky) { q.answers["STOR"] = "452 no" }, ErrFull, "make room"},
		"full in words":   {func(q *quirky) { q.answers["STOR"] = "550 No space left on device" }, ErrFull, "make room"},
		"read-only":       {func(q *quirky) { q.answers["STOR"] = "550 Read-only file system" }, ErrReadOnly, "remount"},
		"refused":         {func(q *quirky) { q.answers["STOR"] = "550 no" }, ErrRefused, "it says: 550"},
		"denied":          {func(q *quirky) { q.answers["STOR"] = "550 Permission denied" }, ErrDenied, "permission"},
		"too many":        {func(q *quirky) { q.greeting = "421 Too many users" }, ErrBusy, "close other"},
		"no FTP":          {func(q *quirky) { q.greeting = "HTTP/1.0 400 Bad Request" }, ErrReach, "address and port"},
		"user refused":    {func(q *quirky) { q.answers["USER"] = "530 not you" }, ErrLogin, "not you"},
		"password echoed": {func(q *quirky) { q.answers["PASS"] = "530 demo is\x07 wrong" }, ErrLogin, "it says: 530 … is wrong"},
		"no data":         {func(q *quirky) { q.answers["PASV"] = "425 no ports" }, ErrLost, "425"},
		"nonsense PASV":   {func(q *quirky) { q.answers["PASV"] = "227 )(" }, ErrLost, "makes no sense"},
		"flood":           {func(q *quirky) { q.flood = "CWD" }, ErrLost, "sends more than it was asked for"},
		"closed port":     {func(q *quirky) { q.answers["PASV"] = "227 (127,0,0,1,0,1)" }, ErrLost, "firewall"},
	} {
		t.Run(name, func(t *testing.T) {
			q := newQuirky()
			c.spoil(q)
			inst, start := q.installer(t), q.tree()
			plan, err := inst.Plan(t.Context(), quirkySet())
			if err == nil {
				_, err = inst.Apply(t.Context(), plan)
			}
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "demo") || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("%v", err)
			}
			if diff := treeDiff(start, q.tree()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNoCase: on a server that does not tell capitals from small letters the
// plan says so, and rollback brings the other file back.
func TestNoCase(t *testing.T) {
	q := newQuirky()
	q.noCase = true
	q.files[sounds+"ROOM.WAV"] = "loud"
	inst, start := q.installer(t), q.tree()
	set := Set{Files: []File{{Path: sounds + "room.wav", Data: wav(1, 100)}}}
	plan, err := inst.Plan(t.Context(), set)
	if err != nil || plan.Files[0].What != Changed || !strings.Contains(strings.Join(plan.Unknown, "\n"), "does not tell capitals") {
		t.Fatalf("%+v, %v", plan, err)
	}
	if _, err := inst.Apply(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	back, err := inst.PlanRollback(t.Context(), RollbackOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inst.Rollback(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	if got := q.tree(); got[sounds+"ROOM.WAV"] != "loud" || len(got) != len(start) {
		t.Errorf("%v", got)
	}
}

// TestSilence: a server that stops answering, wherever it does, is given up.
func TestSilence(t *testing.T) {
	spoils := map[string]func(q *quirky){
		"no greeting": func(q *quirky) { q.greeting = "220-" },
		"data":        func(q *quirky) { q.silentData = true },
	}
	for _, verb := range []string{"USER", "PASS", "FEAT", "TYPE", "CWD", "EPSV", "PASV", "LIST", "RETR", "STOR", "RNFR", "RNTO"} {
		spoils[verb] = func(q *quirky) { q.silentAt = verb }
	}
	for name, spoil := range spoils {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := newQuirky()
			spoil(q)
			inst := q.installer(t)
			inst.Server.Silence = 50 * time.Millisecond
			plan, err := inst.Plan(t.Context(), quirkySet())
			if err == nil {
				_, err = inst.Apply(t.Context(), plan)
			}
			if !errors.Is(err, ErrLost) && !errors.Is(err, ErrReach) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestSilentSSH: the same of a server that accepts and says nothing.
func TestSilentSSH(t *testing.T) {
	b := newBench(t, "sftp")
	b.inst.Server.URL = "sftp://support@" + serveOn(t, func(ctx context.Context, ln net.Listener) error {
		<-ctx.Done()
		return ln.Close()
	})
	b.inst.Server.Silence = 50 * time.Millisecond
	if _, err := b.inst.Plan(t.Context(), ourSet("x\n")); !errors.Is(err, ErrLost) {
		t.Errorf("%v", err)
	}
	if _, err := b.inst.Server.Identities(t.Context(), false); !errors.Is(err, ErrReach) {
		t.Errorf("%v", err)
	}
}

// TestCutInPlace: where nothing can be renamed, a dialplan of which half was
// written when the line broke is merged from what stood there before, and a
// rollback finds that, too.
func TestCutInPlace(t *testing.T) {
	for _, cut := range []int{1, 5, 15} {
		q := newQuirky()
		q.answers["RNFR"] = "502 not here"
		q.files[conf] = "[somebody]\n[else]\n"
		inst, start := q.installer(t), q.tree()
		away := func(context.Context, time.Duration) error { return errors.New("it stays away") }
		q.cutAt, inst.Pause = cut, away
		for range 2 { // the second time it stands half there already
			plan, err := inst.Plan(t.Context(), quirkySet())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := inst.Apply(t.Context(), plan); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "objects") {
				t.Errorf("cut at %d: %v", cut, err)
			}
			if got := q.tree()[conf]; len(got) != cut {
				t.Fatalf("%q is there", got)
			}
		}
		q.mu.Lock()
		q.cutAt = 0
		q.mu.Unlock()
		plan, err := inst.Plan(t.Context(), quirkySet())
		if err != nil || !strings.Contains(strings.Join(plan.Unknown, "\n"), "what stood there before is taken from the records") {
			t.Fatalf("%v, %v", plan.Unknown, err)
		}
		if _, err := inst.Apply(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		if got := q.tree()[conf]; got != start[conf]+markBegin+"x\n"+markEnd {
			t.Errorf("cut at %d: then it holds %q", cut, got)
		}
		back, err := inst.PlanRollback(t.Context(), RollbackOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := inst.Rollback(t.Context(), back); err != nil {
			t.Fatal(err)
		}
		if diff := treeDiff(start, q.tree()); diff != "" {
			t.Errorf("cut at %d, rolled back: %s", cut, diff)
		}
	}
}

// TestMendedByHand: what others made of a half file is theirs.
func TestMendedByHand(t *testing.T) {
	q := newQuirky()
	q.answers["RNFR"] = "502 not here"
	inst := q.installer(t)
	q.cutAt, inst.Pause = 5, func(context.Context, time.Duration) error { return errors.New("it stays away") }
	plan, err := inst.Plan(t.Context(), quirkySet())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inst.Apply(t.Context(), plan); !errors.Is(err, ErrLost) {
		t.Fatal(err)
	}
	q.mu.Lock()
	q.cutAt, q.files[conf] = 0, "[mended]\n"
	q.mu.Unlock()
	if plan, err = inst.Plan(t.Context(), quirkySet()); err != nil {
		t.Fatal(err)
	}
	if _, err := inst.Apply(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if got := q.tree()[conf]; got != "[mended]\n"+markBegin+"x\n"+markEnd {
		t.Errorf("it holds %q", got)
	}
}

// TestCancelledInTheMiddle: somebody presses Ctrl-C while a dialplan is
// replaced, on servers that cannot do that at once. It is brought to its end.
func TestCancelledInTheMiddle(t *testing.T) {
	for at, spoil := range map[string]func(q *quirky){
		"RNTO " + conf + asideEnding: func(q *quirky) { q.noTaking = true },
		"STOR " + conf:               func(q *quirky) { q.answers["RNFR"] = "502 not here" },
		"DELE " + conf:               func(q *quirky) { q.answers["RNFR"] = "502 not here"; q.noOver = true },
	} {
		q := newQuirky()
		spoil(q)
		inst, start := q.installer(t), q.tree()
		ctx, cancel := context.WithCancel(t.Context())
		plan, err := inst.Plan(ctx, quirkySet())
		if err != nil {
			t.Fatal(err)
		}
		met := false
		q.mu.Lock()
		q.on = func(line string) {
			if line == at {
				met = true
				cancel()
			}
		}
		q.mu.Unlock()
		_, err = inst.Apply(ctx, plan)
		cancel()
		if !errors.Is(err, context.Canceled) || !met {
			t.Errorf("%s: %v", at, err)
		}
		if got := q.tree()[conf]; got != start[conf]+markBegin+"x\n"+markEnd {
			t.Errorf("%s: it holds %q", at, got)
		}
	}
}

// TestLinks: a link in a file's place is not replaced by a file.
func TestLinks(t *testing.T) {
	t.Run("ftp", func(t *testing.T) {
		q := newQuirky()
		q.list = func(name, data string) string {
			return fmt.Sprintf("lrwxrwxrwx   1 0        0        %8d Nov 21 17:14 %s -> /elsewhere", len(data), name)
		}
		linked(t, q.installer(t), "it is a link to /elsewhere")
	})
	t.Run("file", func(t *testing.T) {
		b := newBench(t, "file")
		at := filepath.Join(strings.TrimPrefix(b.server.URL, "file://"), conf)
		if err := errors.Join(os.Rename(at, at+".real"), os.Symlink("extensions_support.conf.real", at)); err != nil {
			t.Fatal(err)
		}
		linked(t, b.inst, "it is a link")
	})
}

func linked(t *testing.T, inst *Installer, want string) {
	t.Helper()
	plan, err := inst.Plan(t.Context(), Set{Files: []File{{Path: conf, Data: []byte("x")}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Blocked(); !errors.Is(err, ErrNoFile) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
}
