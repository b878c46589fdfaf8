package sim

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/jlaffaye/ftp"
)

const testWav = SoundsPath + "/zh/roomstatus.wav"

// binaryText has all that a transfer of text would change.
const binaryText = "RIFF\r\n\n\r\x00\xff\r\r\n"

func dialFTP(t *testing.T, at string) *ftp.ServerConn {
	t.Helper()
	c, err := ftp.Dial(at, ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Quit() })
	if err := c.Login("support", "password"); err != nil {
		t.Fatal(err)
	}
	return c
}

func fetchFTP(c *ftp.ServerConn, name string, from uint64) (string, error) {
	r, err := c.RetrFrom(name, from)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	if closed := r.Close(); err == nil {
		err = closed
	}
	return string(b), err
}

func TestFTP(t *testing.T) {
	clock := newClock()
	p := newPBX(t, PBXOptions{Now: clock.now})
	c := dialFTP(t, servePort(t, p.ServeFTP))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.Delete(DialplanPath)) // as the manual has it: first away with the old one
	must(c.Stor(DialplanPath, strings.NewReader(binaryText)))
	holds(t, p, DialplanPath, binaryText)
	for _, from := range []uint64{0, 3} {
		if got, err := fetchFTP(c, DialplanPath, from); got != binaryText[from:] || err != nil {
			t.Errorf("from %d: %q, %v", from, got, err)
		}
	}
	must(c.Append(DialplanPath, strings.NewReader("more")))
	must(c.StorFrom(DialplanPath, strings.NewReader("X"), 1))
	holds(t, p, DialplanPath, "RX"+binaryText[2:]+"more")
	if size, err := c.FileSize(DialplanPath); size != int64(len(binaryText)+4) || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	if at, err := c.GetTime(DialplanPath); !at.Equal(clock.at) || err != nil {
		t.Errorf("time %s, %v", at, err)
	}

	must(c.ChangeDir("/ysdisk/support/customcfg"))
	must(c.Stor("new.tmp", strings.NewReader("new")))
	must(c.Rename("new.tmp", "extensions_support.conf"))
	holds(t, p, DialplanPath, "new")
	must(c.ChangeDirToParent())
	if at, err := c.CurrentDir(); at != "/ysdisk/support" || err != nil {
		t.Errorf("in %q, %v", at, err)
	}
	must(c.MakeDir("sub"))
	must(c.RemoveDir("sub"))
	must(c.NoOp())

	entry, err := c.GetEntry(DialplanPath)
	if err != nil || entry.Size != 3 || entry.Type != ftp.EntryTypeFile || !entry.Time.Equal(clock.at) {
		t.Errorf("%+v, %v", entry, err)
	}
}

// Lists are the same with MLSD and in the manner of ls.
func TestFTPLists(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now})
	at := servePort(t, p.ServeFTP)
	for _, lacks := range []Fault{FaultNoREST, FaultNoMLSD} {
		if err := p.SetFault(lacks, Chance{Next: 1}); err != nil {
			t.Fatal(err)
		}
		c := dialFTP(t, at)
		entries, err := c.List(SoundsPath + "/zh")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]string{}
		for _, e := range entries {
			seen[e.Name] = fmt.Sprint(e.Type, " ", e.Size, " ", e.Time.UTC().Format("01-02 15:04"))
		}
		if seen["digits"][:6] != "folder" || seen["beep.wav"] != "file 1644 03-01 08:30" || len(seen) != 3 {
			t.Errorf("without %s: %q", lacks, seen)
		}
		names, err := c.NameList("/support")
		if err != nil || strings.Join(names, " ") != "customcfg" {
			t.Errorf("names %q, %v", names, err)
		}
		if entries, err := c.List("/ysdisk"); err != nil || len(entries) != 1 || entries[0].Name != "support" {
			t.Errorf("%+v, %v", entries, err)
		}
	}
}

// ls shows the hour of what is new, and the year of what is old or to come.
func TestFTPLongLine(t *testing.T) {
	clock := newClock()
	s := &ftpSession{visitor: visitor{p: newPBX(t, PBXOptions{Now: clock.now})}}
	for age, want := range map[time.Duration]string{
		0: "Mar  1 08:30", 180 * 24 * time.Hour: "Sep  2 08:30", 180*24*time.Hour + 1: "Sep  2  2025", -time.Second: "Mar  1  2026",
	} {
		want = "-rw-r--r--    1 0        0               5 " + want + " a b"
		if got := s.longLine(fileInfo{name: "a b", size: 5, mode: 0o644, time: clock.at.Add(-age)}); got != want {
			t.Errorf("%s old: %q, want %q", age, got, want)
		}
	}
}

// ftpTalk is a session by hand.
type ftpTalk struct {
	t    *testing.T
	conn net.Conn
	in   *textproto.Reader
}

func talkFTP(t *testing.T, at string, login bool) *ftpTalk {
	t.Helper()
	conn, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	s := &ftpTalk{t, conn, textproto.NewReader(bufio.NewReader(conn))}
	if login {
		s.hears(220, "")
		s.says("USER support", 331, "")
		s.says("PASS password", 230, "")
	}
	return s
}

func (s *ftpTalk) hears(code int, text string) string {
	s.t.Helper()
	_, answer, err := s.in.ReadResponse(code)
	if err != nil || !strings.Contains(answer, text) {
		s.t.Errorf("heard %q, %v; want %d %q", answer, err, code, text)
	}
	return answer
}

func (s *ftpTalk) says(line string, code int, text string) string {
	s.t.Helper()
	if _, err := s.conn.Write([]byte(line + "\r\n")); err != nil {
		s.t.Fatal(err)
	}
	s.t.Log(line)
	return s.hears(code, text)
}

// ended waits for the other side to hang up.
func (s *ftpTalk) ended() {
	s.t.Helper()
	if line, err := s.in.ReadLine(); err == nil {
		s.t.Errorf("heard %q", line)
	}
}

func TestFTPAnswers(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	s := talkFTP(t, servePort(t, p.ServeFTP), false)
	s.hears(220, "")
	for _, c := range []struct {
		line string
		code int
		text string
	}{
		{"PWD", 530, ""}, {"AUTH TLS", 530, ""}, {"FEAT", 211, "REST STREAM"}, {"opts utf8 on", 200, ""}, {"OPTS X", 501, ""},
		{"PASS password", 530, "incorrect"},
		{"USER support", 331, ""}, {"PASS password", 230, ""}, {"PASS again", 230, "already"},
		{"SYST", 215, "UNIX"}, {"NOOP", 200, ""}, {"ALLO 10", 202, ""}, {"\xff\xf4\xff\xf2ABOR", 226, ""},
		{"PORT 127,0,0,1,0,21", 500, ""}, {"EPRT |1|127.0.0.1|21|", 500, ""}, {"AUTH TLS", 500, ""}, {"SITE CHMOD 777 /", 500, ""}, {"", 500, ""},
		{"MODE S", 200, ""}, {"MODE B", 504, ""}, {"STRU F", 200, ""}, {"STRU R", 504, ""},
		{"SIZE " + DialplanPath, 550, "ASCII"}, {"TYPE L 8", 200, ""}, {"SIZE " + DialplanPath, 213, fmt.Sprint(len(factoryDialplan))},
		{"TYPE E", 504, ""}, {"SIZE /support", 550, "directory"}, {"MDTM /support", 550, ""}, {"MDTM /none", 550, "no such"},
		{"MLST /support/", 250, "type=dir"}, {"MLST /none", 550, ""},
		{"CWD /support", 250, ""}, {"PWD", 257, `"/support"`}, {"CWD ../..", 250, ""}, {"XPWD", 257, `"/"`}, {"CDUP", 250, ""},
		{"CWD " + DialplanPath, 550, "not a directory"}, {"CWD /none", 550, "no such"},
		{`MKD /support/a"b`, 257, `"/support/a""b"`}, {`RMD /support/a"b`, 250, ""}, {"MKD /support", 550, "denied"}, {"RMD /support/none", 550, ""},
		{"DELE /support/customcfg", 550, "directory"}, {"RMD /support/customcfg", 550, "not empty"},
		{"RNTO /support/x", 503, ""}, {"RNFR /support/none", 550, ""}, {"RNFR /support/customcfg", 350, ""}, {"RNTO /support/x", 250, ""}, {"RNTO /support/y", 503, ""},
		{"REST x", 501, ""}, {"REST -1", 501, ""}, {"REST 5", 350, ""}, {"RETR /none", 550, ""},
		{"RETR /support/x/extensions_support.conf", 425, "no data"}, {"STOR /support/x/new", 425, "no data"}, {"LIST", 425, ""},
		{"STOR /etc/passwd", 550, "denied"}, {"STOR /support/../../etc/passwd", 550, "denied"}, {"STOR /support/../support2", 550, "denied"},
		{"DELE " + SoundsPath, 550, "denied"}, {"RNFR /tmp", 350, ""}, {"RNTO /support/tmp", 550, "denied"}, {"STOR /support/a\x01b", 550, "UTF-8"},
		{"EPSV ALL", 200, ""}, {"EPSV", 229, "|||"}, {"PASV", 227, "(127,0,0,1,"}, {"QUIT", 221, ""},
	} {
		s.says(c.line, c.code, c.text)
	}
	s.ended()
	if err := p.disk.sound(); err != nil {
		t.Error(err)
	}

	s = talkFTP(t, servePort(t, p.ServeFTP), true)
	s.says(strings.Repeat("x", maxFTPLine+10), 500, "too long")
	s.ended()
}

// A file that is sent as text has the ends of its lines changed, as a device
// does: a wav is spoilt by it.
func TestFTPText(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	s := talkFTP(t, servePort(t, p.ServeFTP), true)
	data := func() net.Conn {
		var port int
		_, answer, _ := strings.Cut(s.says("EPSV", 229, ""), "|||")
		if _, err := fmt.Sscanf(answer, "%d|", &port); err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	conn := data()
	s.says("STOR "+testWav, 150, "")
	if _, err := conn.Write([]byte("a\r\nb\n\r\r\nc\r")); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	s.hears(226, "")
	holds(t, p, testWav, "a\nb\n\r\nc\r")

	conn = data()
	s.says("RETR "+testWav, 150, "")
	got, err := io.ReadAll(conn)
	if string(got) != "a\r\nb\r\n\r\r\nc\r" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	s.hears(226, "")
}

// What a client cannot do, and what it sees of that.
func TestFTPLacks(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	at := servePort(t, p.ServeFTP)
	for f, lines := range map[Fault][]string{
		FaultNoMLSD: {"MLSD", "MLST"}, FaultNoMDTM: {"MDTM " + DialplanPath}, FaultNoSize: {"SIZE " + DialplanPath},
		FaultNoREST: {"REST 0"}, FaultNoEPSV: {"EPSV"}, FaultNoFEAT: {"FEAT"},
	} {
		if err := p.SetFault(f, Chance{Next: 1}); err != nil {
			t.Fatal(err)
		}
		s := talkFTP(t, at, true)
		s.says("TYPE I", 200, "")
		for _, line := range lines {
			s.says(line, 500, "unknown")
			if f != FaultNoFEAT && strings.Contains(s.says("FEAT", 211, ""), line[:4]) {
				t.Errorf("%s is announced", line)
			}
		}
		s = talkFTP(t, at, true)
		s.says("TYPE I", 200, "")
		for _, line := range lines[len(lines)-1:] {
			if _, err := s.conn.Write([]byte(line + "\r\n")); err != nil {
				t.Fatal(err)
			}
			if code, answer, _ := s.in.ReadResponse(0); code == 500 {
				t.Errorf("%s: %s on the next connection, too", line, answer)
			}
		}
	}
	if err := p.SetFault(FaultPASVAddress, Chance{Next: 1}); err != nil {
		t.Fatal(err)
	}
	talkFTP(t, at, true).says("PASV", 227, "(192,0,2,1,")
}

// A data connection from elsewhere than the client is not taken.
func TestFTPDataConnectionOfAnother(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	s := talkFTP(t, servePort(t, p.ServeFTP), true)
	var port int
	_, answer, _ := strings.Cut(s.says("EPSV", 229, ""), "|||")
	if _, err := fmt.Sscanf(answer, "%d|", &port); err != nil {
		t.Fatal(err)
	}
	other := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	conn, err := other.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
	if err != nil {
		t.Skip("this machine has one local address: ", err)
	}
	defer conn.Close()
	s.says("RETR "+DialplanPath, 425, "no data")
}

func TestASCII(t *testing.T) {
	for _, cut := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
		got, err := io.ReadAll(fromASCII{bufio.NewReader(cut(strings.NewReader("a\r\n\r\r\nb\r")))})
		if string(got) != "a\n\r\nb\r" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// FuzzFTP gives a session what it likes: nobody may write where nobody may, and
// each answer is one.
func FuzzFTP(f *testing.F) {
	f.Add("USER support\r\nPASS password\r\nTYPE I\r\nCWD /support/customcfg\r\nSIZE extensions_support.conf\r\nRNFR extensions_support.conf\r\nRNTO ../x\r\nREST 4\r\nSTOR x\r\nQUIT\r\n")
	f.Add("USER support\nPASS password\n\xff\xf4ABOR\nMKD /support/a\nRMD /support/a\nDELE /etc/passwd\nMLST \"\nLIST -la /\nPASV\nEPSV\nLIST -a -b\n")
	outside := func(p *PBX) int { return len(p.Files("/")) - len(p.Files("/support")) - len(p.Files(SoundsPath)) }
	f.Fuzz(func(t *testing.T, lines string) {
		if len(lines) > 2048 {
			return
		}
		p := newPBX(t, PBXOptions{Now: newClock().now})
		before := outside(p)
		ours, theirs := net.Pipe()
		line := &fileLine{idling: idling{theirs}}
		line.ctx, line.end = context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			defer line.cut()
			p.talkFTP(line)
		})
		running.Go(func() { _, _ = io.WriteString(ours, lines+"\r\nQUIT\r\n") }) // until the session ends
		heard, err := io.ReadAll(ours)
		running.Wait()
		if err != nil {
			t.Error(err)
		}
		for text := range strings.Lines(string(heard)) {
			if len(text) < 4 || text[0] != ' ' && (text[0] < '1' || text[0] > '5') || !strings.HasSuffix(text, "\r\n") {
				t.Errorf("answered %q", text)
			}
		}
		if err := p.disk.sound(); err != nil {
			t.Error(err)
		}
		if outside(p) != before {
			t.Error("something was written where nobody may")
		}
	})
}

func FuzzASCII(f *testing.F) {
	f.Add([]byte("a\r\nb\n\r\r\n\r"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var sent bytes.Buffer
		if _, err := (toASCII{&sent}).Write(text); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(fromASCII{bufio.NewReader(&sent)})
		if !bytes.Equal(got, text) || err != nil {
			t.Errorf("%q came as %q, %v", text, got, err)
		}
	})
}
