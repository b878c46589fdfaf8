package sim

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

var localhost = netip.AddrFrom4([4]byte{127, 0, 0, 1})

type serveFunc = func(context.Context, net.Listener) error

// filer does over FTP or SFTP what an installer does.
type filer struct {
	store  func(name, text string) error
	fetch  func(name string) (string, error)
	rename func(from, to string) error
	remove func(name string) error
}

func ftpFiler(t *testing.T, p *PBX, at string) filer {
	c := dialFTP(t, at)
	return filer{
		store:  func(name, text string) error { return c.Stor(name, strings.NewReader(text)) },
		fetch:  func(name string) (string, error) { return fetchFTP(c, name, 0) },
		rename: c.Rename, remove: c.Delete,
	}
}

func sftpFiler(t *testing.T, p *PBX, at string) filer {
	c := dialSFTP(t, p, at)
	return filer{
		store:  func(name, text string) error { return writeSFTP(c, name, text, anew) },
		fetch:  func(name string) (string, error) { return readSFTP(c, name) },
		rename: c.PosixRename, remove: c.Remove,
	}
}

// eachFiler runs a test over both ways.
func eachFiler(t *testing.T, test func(t *testing.T, p *PBX, connect func() filer)) {
	for name, way := range map[string]struct {
		serve   func(*PBX) serveFunc
		connect func(*testing.T, *PBX, string) filer
	}{
		"ftp":  {func(p *PBX) serveFunc { return p.ServeFTP }, ftpFiler},
		"sftp": {func(p *PBX) serveFunc { return p.ServeSFTP }, sftpFiler},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPBX(t, PBXOptions{Disk: 1 << 20, Now: newClock().now})
			at := servePort(t, way.serve(p))
			test(t, p, func() filer { return way.connect(t, p, at) })
			if err := p.disk.sound(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFileFaults(t *testing.T) {
	const text = "0123456789"
	for _, c := range []struct {
		fault  Fault
		do     func(f filer) error
		fails  bool
		holds  string
		broken bool // the connection
	}{
		{"", func(f filer) error { return f.store(DialplanPath, text) }, false, text, false},
		{FaultUploadCut, func(f filer) error { return f.store(DialplanPath, text) }, true, "01234", true},
		{FaultUploadShort, func(f filer) error { return f.store(DialplanPath, text) }, false, "01234", false},
		{FaultDiskFull, func(f filer) error { return f.store(DialplanPath, text) }, true, "01234", false},
		{FaultDenied, func(f filer) error { return f.store(DialplanPath, text) }, true, factoryDialplan, false},
		{FaultDenied, func(f filer) error { return f.remove(DialplanPath) }, true, factoryDialplan, false},
		{FaultDenied, func(f filer) error { return f.rename(DialplanPath, "/support/x") }, true, factoryDialplan, false},
		{FaultRenameOver, func(f filer) error { return f.rename(SoundsPath+"/zh/beep.wav", DialplanPath) }, true, factoryDialplan, false},
		{FaultFileSlow, func(f filer) error { return f.store(DialplanPath, text) }, false, text, false},
		{FaultFileChanged, func(f filer) error { return second(f.fetch(DialplanPath)) }, false, factoryDialplan + changedLine, false},
		{"", func(f filer) error { return f.store("/support/new", strings.Repeat("x", 1<<20)) }, true, factoryDialplan, false},
	} {
		eachFiler(t, func(t *testing.T, p *PBX, connect func() filer) {
			limits := p.Limits()
			limits.Slow = Span(time.Millisecond)
			if err := p.SetLimits(limits); err != nil {
				t.Fatal(err)
			}
			f := connect()
			if c.fault != "" {
				if err := p.SetFault(c.fault, Chance{Next: 1}); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.do(f); (err != nil) != c.fails {
				t.Errorf("%q: %v", c.fault, err)
			}
			holds(t, p, DialplanPath, c.holds)
			if chances, _ := p.FaultChances(); chances[c.fault].Next != 0 {
				t.Errorf("%q did not strike", c.fault)
			}
			if _, err := f.fetch(SoundsPath + "/en/beep.wav"); (err != nil) != c.broken {
				t.Errorf("after %q: %v", c.fault, err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// A rename onto what is not there is no matter for that fault.
func TestRenameOverWaitsForAFile(t *testing.T) {
	eachFiler(t, func(t *testing.T, p *PBX, connect func() filer) {
		if err := p.SetFault(FaultRenameOver, Chance{Next: 1}); err != nil {
			t.Fatal(err)
		}
		f := connect()
		if err := f.rename(DialplanPath, "/support/x"); err != nil {
			t.Error(err)
		}
		if err := f.rename("/support/x", SoundsPath+"/zh/beep.wav"); err == nil {
			t.Error("it took another's place")
		}
	})
}

func TestNoPosixRename(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	strike(t, p, FaultNoPosixRename)
	c := dialSFTP(t, p, servePort(t, p.ServeSFTP))
	if err := c.PosixRename(DialplanPath, "/support/x"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if err := c.Rename(DialplanPath, "/support/x"); err != nil {
		t.Error(err)
	}
}

// A download that is slow ends with the connection, and not later.
func TestSlowFileEndsWithTheLine(t *testing.T) {
	eachFiler(t, func(t *testing.T, p *PBX, connect func() filer) {
		limits := p.Limits()
		limits.Slow = Span(maxSlow)
		if err := p.SetLimits(limits); err != nil {
			t.Fatal(err)
		}
		f := connect()
		if err := p.SetFault(FaultFileSlow, Chance{Next: 1}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- f.store(DialplanPath, "x") }()
		for chances, _ := p.FaultChances(); chances[FaultFileSlow].Next > 0; chances, _ = p.FaultChances() {
			runtime.Gosched() // until it lingers
		}
		p.SetDown(true)
		if err := <-done; err == nil {
			t.Error("it was stored")
		}
		holds(t, p, DialplanPath, factoryDialplan)
	})
}

func TestFilesAreAwayWithThePBX(t *testing.T) {
	eachFiler(t, func(t *testing.T, p *PBX, connect func() filer) {
		for _, away := range []func(){p.Restart, func() { p.SetDown(true); p.SetDown(false) }} {
			f := connect()
			if _, err := f.fetch(DialplanPath); err != nil {
				t.Error(err)
			}
			away()
			if _, err := f.fetch(DialplanPath); err == nil {
				t.Error("the connection is still there")
			}
		}
	})
}

// tries logs in with a password and says whether that was taken, or why the
// connection was closed before.
func tryFTP(t *testing.T, at, password string) (taken, closed bool) {
	s := talkFTP(t, at, false)
	if _, _, err := s.in.ReadResponse(220); err != nil {
		return false, true
	}
	s.says("USER support", 331, "")
	_, err := s.conn.Write([]byte("PASS " + password + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	code, _, _ := s.in.ReadResponse(0)
	return code == 230, false
}

func trySFTP(p *PBX, at, password string) (taken, closed bool) {
	c, err := ssh.Dial("tcp", at, sshConfig(p, password))
	if err != nil {
		return false, !strings.Contains(err.Error(), "unable to authenticate")
	}
	_ = c.Close()
	return true, false
}

// Wrong passwords over both ways count together; whether the API's do, too,
// is a limit.
func TestWrongFilePasswordsLock(t *testing.T) {
	for _, together := range []bool{false, true} {
		p := newPBX(t, PBXOptions{Now: newClock().now, FilePassword: "files"})
		if err := p.SetLimits(Limits{OneLock: together, Channels: 10}); err != nil {
			t.Fatal(err)
		}
		overFTP, overSFTP := servePort(t, p.ServeFTP), servePort(t, p.ServeSFTP)
		try := func(n int, password string) (taken, closed bool) {
			if n%2 == 0 {
				return tryFTP(t, overFTP, password)
			}
			return trySFTP(p, overSFTP, password)
		}
		for n := range maxWrong - 1 {
			if taken, closed := try(n, "password"); taken || closed {
				t.Errorf("try %d: taken %t, closed %t", n, taken, closed)
			}
		}
		if taken, _ := try(1, "files"); !taken {
			t.Error("the right one was not taken")
		}
		for n := range maxWrong {
			if taken, closed := try(n, "wrong"); taken || closed {
				t.Errorf("try %d: taken %t, closed %t", n, taken, closed)
			}
		}
		for n := range 2 {
			if _, closed := try(n, "files"); !closed {
				t.Error("the address is not locked")
			}
		}
		here := call{method: "POST", endpoint: "login", from: localhost, body: []byte(loginBody(digest))}
		if a := p.call(here); (a.Errno == errLocked) != together {
			t.Errorf("one lock %t: the API says %+v", together, a)
		}
		p.Move(lockTime)
		if taken, _ := try(0, "files"); !taken {
			t.Error("the lock has not ended")
		}
		if s := p.Stats(); s.FileLogins != 2 || s.FilesRefused != maxWrong-1+maxWrong+2 {
			t.Errorf("%+v", s)
		}
	}
}

func TestFileLocked(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	at := servePort(t, p.ServeFTP)
	if err := p.SetFault(FaultFileLocked, Chance{Next: 1}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if _, closed := tryFTP(t, at, "password"); closed != want {
			t.Errorf("closed %t, want %t", closed, want)
		}
	}
}

func TestLinesAreBounded(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	at := servePort(t, p.ServeFTP)
	var talks []*ftpTalk
	for range maxLines {
		talks = append(talks, talkFTP(t, at, true))
	}
	for range 3 {
		talkFTP(t, at, false).ended()
	}
	if _, closed := trySFTP(p, servePort(t, p.ServeSFTP), "password"); !closed {
		t.Error("one more over SFTP")
	}
	talks[0].says("QUIT", 221, "")
	talks[0].ended()
	talkFTP(t, at, true).says("PWD", 257, "")
}

// Three wrong passwords end a connection.
func TestTriesOfOneConnection(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	s := talkFTP(t, servePort(t, p.ServeFTP), false)
	s.hears(220, "")
	for range maxFileTries {
		s.says("USER support", 331, "")
		s.says("PASS wrong", 530, "incorrect")
	}
	s.ended()

	tried := 0
	config := sshConfig(p, "")
	config.Auth = []ssh.AuthMethod{ssh.RetryableAuthMethod(ssh.PasswordCallback(func() (string, error) {
		tried++
		return "wrong", nil
	}), 10)}
	p.Move(time.Hour)
	if _, err := ssh.Dial("tcp", servePort(t, p.ServeSFTP), config); err == nil || tried > maxFileTries {
		t.Errorf("%d tries, %v", tried, err)
	}
}
