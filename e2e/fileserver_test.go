package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/need"
	"bellhop/e2e/rig"
	"bellhop/install"
)

const (
	filer         = "support"
	filerPassword = "correct-horse"
	filerID       = 47110 // of a user that no machine has

	realConf   = "/support/customcfg/extensions_support.conf"
	realSounds = "/ysapps/pbxcenter/var/lib/asterisk/sounds/"
)

// fileServer is a real server for files, with a PBX's folders. It runs in a
// mount namespace of its own, with a user of its own, so that it changes
// nothing of the machine.
type fileServer struct {
	t      testing.TB
	cmd    *exec.Cmd
	server install.Server
	root   string // of its files, as seen from outside

	log *sshLog // nil: it is vsftpd
}

// fileServerOptions say how a server differs from a well-behaved one.
type fileServerOptions struct {
	disk   string   // size of a disk of its own, such as 200k; "": the machine's
	conf   []string // further lines of vsftpd's settings
	secure bool     // FTP over TLS
}

// password is filerPassword as it stands in /etc/shadow, by openssl passwd -6.
func shadow(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), need.Tool(t, "openssl"), "passwd", "-6", "-salt", "bellhop", filerPassword).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// startServer runs a program in its namespace: /srv is the user's home and the
// root of what it sees, /mnt a place for the program itself.
func startServer(t testing.TB, o fileServerOptions, prepare, run string) *fileServer {
	t.Helper()
	need.Root(t, "start servers for files")
	need.Tool(t, "unshare")
	port := freeTCPPort(t)
	own, srv := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"passwd": fmt.Sprintf("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\nsshd:x:65533:65534::/run/sshd:/bin/false\n%s:x:%d:%d::/srv:/bin/sh\n", filer, filerID, filerID),
		"shadow": fmt.Sprintf("root:*:1:0:99999:7:::\n%s:%s:1:0:99999:7:::\n", filer, shadow(t)),
	} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mountSrv := "mount --bind " + srv + " /srv"
	if o.disk != "" {
		mountSrv = "mount -t tmpfs -o size=" + o.disk + " none /srv"
	}
	script := strings.Join([]string{
		"set -e", "mount --make-rprivate /",
		"mount --bind " + own + "/passwd /etc/passwd", "mount --bind " + own + "/shadow /etc/shadow",
		mountSrv, "mount --bind " + own + " /mnt",
		"mkdir -p /mnt/empty /srv/support/customcfg /srv" + realSounds + "zh /srv" + realSounds + "en",
		"printf '[somebody]\\nexten = 7990,1,NoOp()\\n' > /srv" + realConf, "printf beep > /srv" + realSounds + "zh/beep.wav",
		fmt.Sprintf("chown -R %d:%d /srv/support /srv/ysapps", filerID, filerID), "chmod 755 /srv /mnt",
		prepare, "touch /mnt/ready", "exec " + run,
	}, "\n")
	script = strings.ReplaceAll(script, "PORT", port)
	s := &fileServer{t: t, cmd: exec.Command("unshare", "-m", "sh", "-c", script)}
	log := new(strings.Builder)
	s.cmd.Stderr, s.cmd.Stdout = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		_ = s.cmd.Wait()
		if t.Failed() {
			t.Log(log)
		}
	})
	s.root = fmt.Sprintf("/proc/%d/root/srv", s.cmd.Process.Pid)
	s.server = install.Server{URL: "ftp://" + filer + "@127.0.0.1:" + port, Password: filerPassword}
	s.answers("127.0.0.1:"+port, log)
	return s
}

func freeTCPPort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// answers waits until somebody listens.
func (s *fileServer) answers(address string, log *strings.Builder) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), clientTime)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if !rig.Pass(ctx, 10*time.Millisecond) {
			s.t.Fatalf("the server does not answer: %v, %s", err, log)
		}
	}
}

// startVsftpd runs Debian's vsftpd.
func startVsftpd(t testing.TB, o fileServerOptions) *fileServer {
	t.Helper()
	conf := append([]string{
		"listen=YES", "listen_ipv6=NO", "listen_address=127.0.0.1", "listen_port=PORT", "background=NO", "seccomp_sandbox=NO", "isolate=NO", "isolate_network=NO",
		"anonymous_enable=NO", "local_enable=YES", "write_enable=YES", "chroot_local_user=YES", "local_umask=022",
		"secure_chroot_dir=/mnt/empty", "nopriv_user=nobody", "pam_service_name=vsftpd", "session_support=NO", "max_login_fails=1",
	}, append(vsftpdLogs, o.conf...)...)
	prepare := ""
	if o.secure {
		prepare = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /mnt/key -out /mnt/cert -days 2 -subj /CN=pbx 2>/dev/null"
		conf = append(conf, "ssl_enable=YES", "rsa_cert_file=/mnt/cert", "rsa_private_key_file=/mnt/key", "force_local_logins_ssl=YES", "force_local_data_ssl=YES", "require_ssl_reuse=YES")
	}
	s := startServer(t, o, prepare+"\ncat > /mnt/vsftpd.conf <<'END'\n"+strings.Join(conf, "\n")+"\nEND", need.Tool(t, "vsftpd")+" /mnt/vsftpd.conf")
	if o.secure {
		s.server.URL = strings.Replace(s.server.URL, "ftp:", "ftps:", 1)
		s.server.Pin = s.pin()
	}
	return s
}

// startSSH runs OpenSSH's server with SFTP alone.
func startSSH(t testing.TB, o fileServerOptions) *fileServer {
	t.Helper()
	need.Tool(t, "ssh-keygen")
	prepare := "mkdir -p /mnt/run; mount --bind /mnt/run /run; mkdir -p /run/sshd\nssh-keygen -q -t ed25519 -N '' -f /mnt/hostkey\ncat > /mnt/sshd_config <<'END'\n" + strings.Join([]string{
		"Port PORT", "ListenAddress 127.0.0.1", "HostKey /mnt/hostkey", "PasswordAuthentication yes", "KbdInteractiveAuthentication no", "UsePAM no", "PidFile none",
		"ChrootDirectory /srv", "Subsystem sftp internal-sftp", "ForceCommand internal-sftp -l INFO", "AllowUsers " + filer, "StrictModes no", "LogLevel ERROR",
	}, "\n") + "\nEND"
	sshd, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil {
		sshd = need.Tool(t, "sshd")
	}
	s := startServer(t, o, prepare, sshd+" -D -e -f /mnt/sshd_config")
	s.server.URL = strings.Replace(s.server.URL, "ftp:", "sftp:", 1)
	s.server.Pin = s.pin()
	s.listenLog()
	return s
}

// pin is what trust install would ask a person about.
func (s *fileServer) pin() string {
	s.t.Helper()
	ids, err := s.server.Identities(s.t.Context(), false)
	if err != nil {
		s.t.Fatal(err)
	}
	return ids[0].Pin
}

// tree gives each file with what it holds, and each folder.
func (s *fileServer) tree() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(s.root, func(at string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(at, s.root)
		if err != nil || name == "" {
			return err
		}
		if name == "/dev" { // where OpenSSH's log goes
			return filepath.SkipDir
		}
		if d.IsDir() {
			all[name+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(at)
		all[name] = string(text)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// files tells what a file is on the disk, so that one that was written again
// is another.
func (s *fileServer) files() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	for name := range s.tree() {
		info, err := os.Stat(filepath.Join(s.root, name))
		if err != nil {
			s.t.Fatal(err)
		}
		all[name] = fmt.Sprint(info.Sys().(*syscall.Stat_t).Ino, info.ModTime().UnixNano())
	}
	return all
}

// put changes a file by hand, as the server's own system does.
func (s *fileServer) put(name, text string) {
	s.t.Helper()
	at := filepath.Join(s.root, name)
	if err := errors.Join(os.WriteFile(at, []byte(text), 0o644), os.Chown(at, filerID, filerID)); err != nil {
		s.t.Fatal(err)
	}
}

// flip changes one bit of a file and leaves its time as it was.
func (s *fileServer) flip(name string) {
	s.t.Helper()
	at := filepath.Join(s.root, name)
	info, err := os.Stat(at)
	if err != nil {
		s.t.Fatal(err)
	}
	data := []byte(s.tree()[name])
	data[len(data)/2] ^= 1
	if err := errors.Join(os.WriteFile(at, data, 0), os.Chtimes(at, time.Time{}, info.ModTime())); err != nil {
		s.t.Fatal(err)
	}
}

// is fails the test unless the tree is as wanted.
func (s *fileServer) is(want map[string]string, when string) {
	s.t.Helper()
	got := s.tree()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if text, there := got[name]; !there {
			s.t.Errorf("%s: %s is missing", when, name)
		} else if text != want[name] {
			s.t.Errorf("%s: %s holds %d bytes %.60q, want %d bytes %.60q", when, name, len(text), text, len(want[name]), want[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, wanted := want[name]; !wanted {
			s.t.Errorf("%s: %s is there", when, name)
		}
	}
}

// meter counts what goes over connections, and can cut one off.
type meter struct {
	sent  atomic.Int64
	until atomic.Int64 // cut the connection that sends so many bytes; 0: none
	cuts  atomic.Int64
}

func (m *meter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &metered{Conn: conn, m: m}, nil
}

type metered struct {
	net.Conn
	m    *meter
	sent int64
}

func (c *metered) Write(b []byte) (int, error) {
	c.sent += int64(len(b))
	if until := c.m.until.Load(); until > 0 && c.sent >= until {
		c.m.until.Store(0)
		c.m.cuts.Add(1)
		n, _ := c.Conn.Write(b[:len(b)/2])
		if tcp, ok := c.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset, as by a router that has forgotten it
		}
		_ = c.Conn.Close()
		return n, net.ErrClosed
	}
	n, err := c.Conn.Write(b)
	c.m.sent.Add(int64(n))
	return n, err
}

// installer is one for this server, with records of its own.
func (s *fileServer) installer(m *meter) *install.Installer {
	server := s.server
	server.Dial = m.dial
	return &install.Installer{
		Server: server, Records: filepath.Join(s.t.TempDir(), "install"),
		Pause: func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
	}
}

func (s *fileServer) chmod(name string, mode fs.FileMode) {
	s.t.Helper()
	if err := os.Chmod(filepath.Join(s.root, name), mode); err != nil {
		s.t.Fatal(err)
	}
}

func (s *fileServer) mode(name string) string {
	s.t.Helper()
	info, err := os.Stat(filepath.Join(s.root, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return info.Mode().String()
}

func (s *fileServer) chown(name string, id int) {
	s.t.Helper()
	if err := os.Chown(filepath.Join(s.root, name), id, id); err != nil {
		s.t.Fatal(err)
	}
}

// remount makes the server's disk read-only or writable, in its namespace.
func (s *fileServer) remount(how string) {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), "nsenter", "-t", fmt.Sprint(s.cmd.Process.Pid), "-m", "mount", "-o", "remount,bind,"+how, "/srv").CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}
