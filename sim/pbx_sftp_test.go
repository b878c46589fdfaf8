package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func sshConfig(p *PBX, password string) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		User: "support", Auth: []ssh.AuthMethod{ssh.Password(password)}, Timeout: 10 * time.Second,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			for _, k := range p.HostKeys() {
				if k.Fingerprint == ssh.FingerprintSHA256(key) {
					return nil
				}
			}
			return errHostKey
		},
	}
}

var errHostKey = errors.New("another host key")

func dialSSH(t *testing.T, p *PBX, at string) *ssh.Client {
	t.Helper()
	c, err := ssh.Dial("tcp", at, sshConfig(p, "password"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func dialSFTP(t *testing.T, p *PBX, at string) *sftp.Client {
	t.Helper()
	c, err := sftp.NewClient(dialSSH(t, p, at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func writeSFTP(c *sftp.Client, name, text string, flags int) error {
	f, err := c.OpenFile(name, flags)
	if err != nil {
		return err
	}
	_, err = f.ReadFrom(strings.NewReader(text))
	return errors.Join(err, f.Close())
}

func readSFTP(c *sftp.Client, name string) (string, error) {
	f, err := c.Open(name)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(f)
	return string(b), errors.Join(err, f.Close())
}

const anew = os.O_WRONLY | os.O_CREATE | os.O_TRUNC

func TestSFTP(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now})
	c := dialSFTP(t, p, servePort(t, p.ServeSFTP))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Repeat(binaryText, 20_000) // many packets
	must(writeSFTP(c, testWav, text, anew))
	holds(t, p, testWav, text)
	if got, err := readSFTP(c, testWav); got != text || err != nil {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	const conf = "/ysdisk/support//customcfg/extensions_support.conf"
	must(writeSFTP(c, conf, "one", anew))
	must(writeSFTP(c, conf, "two", os.O_WRONLY|os.O_APPEND))
	holds(t, p, DialplanPath, "onetwo")
	must(writeSFTP(c, conf, "X", os.O_WRONLY))
	holds(t, p, DialplanPath, "Xnetwo")
	both, err := c.OpenFile(conf, os.O_RDWR)
	must(err)
	if _, err := both.WriteAt([]byte("Y"), 1); err != nil {
		t.Error(err)
	}
	if b, err := io.ReadAll(both); string(b) != "XYetwo" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	must(both.Close())
	must(c.Truncate(conf, 2))
	holds(t, p, DialplanPath, "XY")
	when := time.Unix(1_700_000_000, 0)
	must(c.Chtimes(conf, when, when))
	must(c.Chmod(conf, 0o600))
	if info, err := c.Stat(conf); err != nil || info.Size() != 2 || !info.ModTime().Equal(when) || info.Mode() != 0o600 {
		t.Errorf("%+v, %v", info, err)
	}

	must(c.Mkdir("/support/sub"))
	must(c.Rename(conf, "/support/sub/x"))
	must(writeSFTP(c, conf, "new", anew))
	must(c.PosixRename(conf, "/support/sub/x"))
	holds(t, p, "/support/sub/x", "new")
	must(c.Remove("/support/sub/x"))
	must(c.RemoveDirectory("/support/sub"))

	infos, err := c.ReadDir("/ysdisk")
	if err != nil || len(infos) != 1 || infos[0].Name() != "support" || infos[0].Mode()&fs.ModeSymlink == 0 {
		t.Errorf("%+v, %v", infos, err)
	}
	if info, err := c.Stat("/ysdisk/support"); err != nil || !info.IsDir() {
		t.Errorf("%+v, %v", info, err)
	}
	if to, err := c.ReadLink("/ysdisk/support"); to != "/support" || err != nil {
		t.Errorf("%q, %v", to, err)
	}
	if to, err := c.RealPath("/ysdisk/../ysdisk/support/x/.."); to != "/support" || err != nil {
		t.Errorf("%q, %v", to, err)
	}
	if space, err := c.StatVFS("/"); err != nil || space.FreeSpace() == 0 || space.FreeSpace() >= defaultDisk {
		t.Errorf("%+v, %v", space, err)
	}
	if err := p.disk.sound(); err != nil {
		t.Error(err)
	}
}

func TestSFTPRefuses(t *testing.T) {
	p := newPBX(t, PBXOptions{Disk: 1 << 20})
	c := dialSFTP(t, p, servePort(t, p.ServeSFTP))
	if err := writeSFTP(c, "/support/there", "", anew); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		err  error
		want error // nil: any
	}{
		"write outside":            {writeSFTP(c, "/etc/passwd", "x", anew), fs.ErrPermission},
		"write out of the folder":  {writeSFTP(c, "/support/../../etc/passwd", "x", anew), fs.ErrPermission},
		"write a relative path":    {writeSFTP(c, "../etc/passwd", "x", anew), fs.ErrPermission},
		"write what is there":      {writeSFTP(c, DialplanPath, "x", anew|os.O_EXCL), nil},
		"write a folder":           {writeSFTP(c, "/support/customcfg", "x", anew), nil},
		"write in no folder":       {writeSFTP(c, "/support/none/x", "x", anew), fs.ErrNotExist},
		"write a line's end":       {writeSFTP(c, "/support/a\nb", "x", anew), nil},
		"write too much":           {writeSFTP(c, "/support/big", strings.Repeat("x", 1<<20), anew), nil},
		"write far away":           {writeAtSFTP(c, "/support/far", 1<<40), nil},
		"write at less than 0":     {writeAtSFTP(c, "/support/far", -5), nil},
		"write at the last number": {writeAtSFTP(c, "/support/far", -1), nil},
		"grow it":                  {c.Truncate("/support/far", 1<<40), nil},
		"give it away":             {c.Chown(DialplanPath, 1, 1), fs.ErrPermission},
		"rename onto a file":       {c.Rename("/support/there", DialplanPath), nil},
		"rename out":               {c.PosixRename(DialplanPath, "/tmp/x"), fs.ErrPermission},
		"rename what is fixed":     {c.Rename("/support", "/support/x"), fs.ErrPermission},
		"remove outside":           {c.RemoveDirectory("/tmp"), fs.ErrPermission},
		"remove all prompts":       {c.RemoveAll(SoundsPath), nil},
		"make a link":              {c.Symlink("/etc", "/support/etc"), nil},
		"make a hard link":         {c.Link(DialplanPath, "/support/x"), nil},
		"read what is not there":   {func() error { _, err := c.Open("/none"); return err }(), fs.ErrNotExist},
		"list what is not there":   {func() error { _, err := c.ReadDir("/none"); return err }(), fs.ErrNotExist},
		"read no link":             {func() error { _, err := c.ReadLink("/tmp"); return err }(), nil},
	} {
		if c.err == nil || c.want != nil && !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", what, c.err, c.want)
		}
	}
	holds(t, p, DialplanPath, factoryDialplan)
	if err := p.disk.sound(); err != nil {
		t.Error(err)
	}
}

func writeAtSFTP(c *sftp.Client, name string, at int64) error {
	f, err := c.Create(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	_, err = f.WriteAt([]byte("x"), at)
	return err
}

// Attributes that are shorter than they say are refused, and nothing else.
func FuzzSFTPAttributes(f *testing.F) {
	p, err := NewPBX(PBXOptions{Password: "password"})
	if err != nil {
		f.Fatal(err)
	}
	h := sftpHand{v: &visitor{p: p}}
	f.Add(uint32(0x8000000f), []byte("0123456789012345678901234567890123456789"))
	f.Add(uint32(1), []byte{0, 0, 0})
	f.Fuzz(func(t *testing.T, flags uint32, attrs []byte) {
		_ = h.Filecmd(&sftp.Request{Method: "Setstat", Filepath: DialplanPath, Flags: flags, Attrs: attrs})
		if err := p.disk.sound(); err != nil {
			t.Error(err)
		}
	})
}

func TestSSHHasNothingButSFTP(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	c := dialSSH(t, p, servePort(t, p.ServeSFTP))
	for what, err := range map[string]error{
		"forward": func() error { _, err := c.Dial("tcp", "127.0.0.1:80"); return err }(),
		"listen":  func() error { _, err := c.Listen("tcp", "127.0.0.1:0"); return err }(),
	} {
		if err == nil {
			t.Errorf("it lets us %s", what)
		}
	}
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"a terminal": session.RequestPty("vt100", 80, 25, nil), "a shell": session.Shell(),
		"agent forwarding": session.RequestSubsystem("auth-agent-req@openssh.com"),
	} {
		if err == nil {
			t.Errorf("it gives us %s", what)
		}
	}
	for n := range 2 * maxSessions {
		if _, err := c.NewSession(); (err == nil) != (n < maxSessions-1) {
			t.Errorf("session %d: %v", n+2, err)
		}
	}
}

func TestOpenFilesAreBounded(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	c := dialSFTP(t, p, servePort(t, p.ServeSFTP))
	var open []*sftp.File
	var err error
	for len(open) <= maxHandles && err == nil {
		var f *sftp.File
		if f, err = c.Open(DialplanPath); err == nil {
			open = append(open, f)
		}
	}
	if len(open) != maxHandles || !strings.Contains(err.Error(), "too many") {
		t.Errorf("%d open, %v", len(open), err)
	}
	if _, err := c.ReadDir("/"); err == nil {
		t.Error("a folder can still be opened")
	}
	if err := open[0].Close(); err != nil {
		t.Error(err)
	}
	for range 2 { // each gives back what it took
		if _, err := c.ReadDir("/"); err != nil {
			t.Error(err)
		}
		if err := writeSFTP(c, "/support/x", "x", anew); err != nil {
			t.Error(err)
		}
	}
}

func TestHostKeys(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	second, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := newPBX(t, PBXOptions{HostKeys: []crypto.Signer{ed, second}})
	at := servePort(t, p.ServeSFTP)
	keys := p.HostKeys()
	if len(keys) != 2 || !strings.HasPrefix(keys[0].Public, "ssh-ed25519 ") || !strings.HasPrefix(keys[1].Public, "ssh-rsa ") || !strings.HasPrefix(keys[1].Fingerprint, "SHA256:") {
		t.Fatalf("%+v", keys)
	}
	for _, algorithm := range []string{ssh.KeyAlgoED25519, ssh.KeyAlgoRSASHA256} {
		config := sshConfig(p, "password")
		config.HostKeyAlgorithms = []string{algorithm}
		c, err := ssh.Dial("tcp", at, config)
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		_ = c.Close()
	}
	p.Restart()
	if again := p.HostKeys(); again[0] != keys[0] {
		t.Error("a restart changes the host key")
	}
	if one, other := newPBX(t, PBXOptions{}), newPBX(t, PBXOptions{}); one.HostKeys()[0] == other.HostKeys()[0] {
		t.Error("two PBXs have the same host key")
	}
	if err := p.SetFault(FaultHostKey, Chance{Next: 1}); err != nil {
		t.Fatal(err)
	}
	p.Restart()
	if again := p.HostKeys(); len(again) != 1 || again[0] == keys[0] {
		t.Errorf("after that restart they are %+v", again)
	}
	config := sshConfig(p, "password")
	config.HostKeyAlgorithms = []string{ssh.KeyAlgoED25519}
	config.HostKeyCallback = ssh.FixedHostKey(must(ssh.NewSignerFromSigner(ed)).PublicKey())
	if _, err := ssh.Dial("tcp", at, config); err == nil || !strings.Contains(err.Error(), "host key mismatch") {
		t.Errorf("with the key of before: %v", err)
	}
	dialSSH(t, p, at)
	if _, err := NewPBX(PBXOptions{HostKeys: []crypto.Signer{strangeKey{}}}); err == nil {
		t.Error("took a key that SSH does not know")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// strangeKey is of no kind.
type strangeKey struct{ crypto.Signer }

func (strangeKey) Public() crypto.PublicKey { return "a key" }
