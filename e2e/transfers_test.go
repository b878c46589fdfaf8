package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Both servers keep a log of what files they took, with how many bytes. It is
// the servers' own word, so that "the second apply sends nothing" does not rest on
// the installer's report of itself.
var (
	// vsftpd, with xferlog_enable and its own format.
	vsftpdTook = regexp.MustCompile(`(?m)\] (?:OK|FAIL) UPLOAD: Client "[^"]*", "[^"]*", (\d+) bytes`)
	// OpenSSH's sftp-server, from -l INFO on, when it opens a file and closes it.
	sshOpened  = regexp.MustCompile(`open "[^"]*" flags [A-Z,]*WRITE`)
	sshTook    = regexp.MustCompile(`close "[^"]*" bytes read \d+ written (\d+)`)
	sshClosed  = []byte("session closed for local user " + filer)
	vsftpdLog  = "/mnt/log"
	vsftpdLogs = []string{"xferlog_enable=YES", "xferlog_std_format=NO", "vsftpd_log_file=" + vsftpdLog}
)

// taken are the bytes of files that a server has taken, and how often it
// was sent one.
type taken struct{ files, bytes int }

func sum(t testing.TB, found [][][]byte) (all int) {
	t.Helper()
	for _, f := range found {
		n, err := strconv.Atoi(string(f[1]))
		if err != nil {
			t.Fatalf("%s: %v", f[0], err)
		}
		all += n
	}
	return all
}

// taken reads the server's log, once so many logins have ended.
func (s *fileServer) taken(logins int) taken {
	s.t.Helper()
	if s.log != nil {
		text := s.log.after(s.t, logins)
		return taken{len(sshOpened.FindAll(text, -1)), sum(s.t, sshTook.FindAllSubmatch(text, -1))}
	}
	// Written before the client is told that all is there.
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/root%s", s.cmd.Process.Pid, vsftpdLog))
	if err != nil {
		s.t.Fatal(err)
	}
	found := vsftpdTook.FindAllSubmatch(text, -1)
	return taken{len(found), sum(s.t, found)}
}

// sshLog is what OpenSSH logs.
type sshLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	heard chan struct{} // one waits, if something came
}

// listenLog makes the socket for the log that OpenSSH writes to from within
// the folder that it shuts its users in.
func (s *fileServer) listenLog() {
	s.t.Helper()
	at := filepath.Join(s.root, "dev", "log")
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		s.t.Fatal(err)
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(at, 0o666); err != nil {
		s.t.Fatal(err)
	}
	s.log = &sshLog{heard: make(chan struct{}, 1)}
	var reads sync.WaitGroup
	reads.Go(func() { s.log.read(conn) })
	s.t.Cleanup(func() {
		_ = conn.Close()
		reads.Wait()
	})
}

// read takes what comes at once: the server waits for it.
func (l *sshLog) read(conn *net.UnixConn) {
	for line := make([]byte, 8192); ; {
		n, err := conn.Read(line)
		if err != nil {
			return
		}
		l.mu.Lock()
		l.text.Write(append(line[:n:n], '\n'))
		l.mu.Unlock()
		select {
		case l.heard <- struct{}{}:
		default:
		}
	}
}

// after gives the log once so many logins have ended.
func (l *sshLog) after(t testing.TB, logins int) []byte {
	t.Helper()
	for late := time.After(clientTime); ; {
		l.mu.Lock()
		text := bytes.Clone(l.text.Bytes())
		l.mu.Unlock()
		if bytes.Count(text, sshClosed) >= logins {
			return text
		}
		select {
		case <-l.heard:
		case <-late:
			t.Fatalf("OpenSSH logs no end of %d logins: %s", logins, text)
		}
	}
}
