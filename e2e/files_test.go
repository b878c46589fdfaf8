package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/need"
	"bellhop/e2e/rig"
)

// clientTime bounds one run of a client on a busy machine.
const clientTime = 60 * time.Second

// simulation is a bellhop sim, and where its sides answer.
type simulation struct {
	t            *testing.T
	control, ftp string // as the beginning of an address
	sshPort      string
	fingerprint  string // of SFTP's host key
}

var (
	shownControl = regexp.MustCompile(`(?m)^control  (http://\S+)$`)
	shownFTP     = regexp.MustCompile(`(?m)^     (ftp)://support@(\S+)  password "demo"$`)
	shownSFTP    = regexp.MustCompile(`(?m)^     (sftp)://support@127.0.0.1:(\d+)  password "demo"\n     host key (SHA256:\S+)$`)
)

func startSimulation(t *testing.T) *simulation {
	t.Helper()
	const free = "127.0.0.1:0"
	cmd := exec.Command(rig.Program(t), "sim", "--pbx", free, "--pms", free, "--ftp", free, "--sftp", free, "--control", free)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("bellhop sim: %v", err)
		}
	})
	screen := ""
	for b := make([]byte, 4096); !strings.Contains(screen, "Orders"); {
		n, err := out.Read(b)
		if screen += string(b[:n]); err != nil {
			t.Fatalf("bellhop sim said %q and then: %v", screen, err)
		}
	}
	control, ftp, sftp := shownControl.FindStringSubmatch(screen), shownFTP.FindStringSubmatch(screen), shownSFTP.FindStringSubmatch(screen)
	if control == nil || ftp == nil || sftp == nil {
		t.Fatalf("bellhop sim does not say where it answers: %s", screen)
	}
	return &simulation{t: t, control: control[1], ftp: "ftp://" + ftp[2], sshPort: sftp[2], fingerprint: sftp[3]}
}

// file gives what a file of the PBX holds, as the control API tells it.
func (s *simulation) file(name string) string {
	s.t.Helper()
	r, err := http.Get(s.control + "/files" + name)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(r.StatusCode, " ", string(text))
}

// client runs one of the machine's programs to its end, in folder.
func (s *simulation) client(folder string, env []string, name string, args ...string) (string, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), clientTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, need.Tool(s.t, name), args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

const (
	conf      = "/support/customcfg/extensions_support.conf"
	prompt    = "/ysapps/pbxcenter/var/lib/asterisk/sounds/zh/roomstatus.wav"
	ourConf   = "[clean]\r\nexten => 777,1,Answer()\n"
	ourPrompt = "RIFF\r\n\n\x00\xff\r"
)

// ours is a folder with what an installer brings.
func ours(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"conf": ourConf, "prompt": ourPrompt, "big": strings.Repeat("0123456789", 100_000)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestFilesByCurl: the machine's own FTP client gets on with the simulated PBX.
func TestFilesByCurl(t *testing.T) {
	need.Tool(t, "curl")
	s, folder := startSimulation(t), ours(t)
	curl := func(args ...string) (string, error) {
		return s.client(folder, nil, "curl", append([]string{"-sS", "--max-time", "60", "--user", "support:demo"}, args...)...)
	}
	for _, c := range []struct {
		args  []string
		holds string // in what it prints
	}{
		{[]string{s.ftp + conf}, "support-lift"},
		{[]string{"--range", "0-10", s.ftp + conf}, "; Additions"},
		{[]string{"-Q", "DELE " + conf, "-T", "conf", s.ftp + conf}, ""},
		{[]string{"-T", "big", s.ftp + "/support/big"}, ""},
		{[]string{"--disable-epsv", "-T", "prompt", s.ftp + prompt + ".new"}, ""},
		{[]string{"-Q", "RNFR " + prompt + ".new", "-Q", "RNTO " + prompt, "-l", s.ftp + filepath.Dir(prompt) + "/"}, "roomstatus.wav"},
		{[]string{"-I", s.ftp + prompt}, fmt.Sprint("Content-Length: ", len(ourPrompt))},
		{[]string{s.ftp + "/"}, "ysapps"},
		{[]string{"--ftp-create-dirs", "-T", "prompt", s.ftp + "/support/new/folder/x"}, ""},
		{[]string{"--append", "-T", "prompt", s.ftp + "/support/new/folder/x"}, ""},
	} {
		if out, err := curl(c.args...); err != nil || !strings.Contains(out, c.holds) {
			t.Errorf("curl %q: %v, %s", c.args, err, out)
		}
	}
	for name, want := range map[string]string{
		conf: ourConf, prompt: ourPrompt, "/support/big": strings.Repeat("0123456789", 100_000), "/support/new/folder/x": ourPrompt + ourPrompt,
	} {
		if got := s.file(name); got != "200 "+want {
			t.Errorf("%s holds %.80q", name, got)
		}
	}
	for _, wrong := range [][]string{
		{"-T", "conf", s.ftp + "/etc/passwd"}, {"-T", "conf", s.ftp + "/support/%2e%2e/%2e%2e/etc/passwd"}, {s.ftp + "/support/none"},
		{"--user", "support:wrong", s.ftp + conf}, {"--ssl-reqd", s.ftp + conf},
	} {
		if out, err := curl(wrong...); err == nil {
			t.Errorf("curl %q: done: %s", wrong, out)
		}
	}
}

// TestFilesByOpenSSH: OpenSSH's client gets on with the simulated PBX, and
// knows it by the fingerprint on the screen.
func TestFilesByOpenSSH(t *testing.T) {
	need.Tool(t, "sftp")
	keyscan, keygen := need.Tool(t, "ssh-keyscan"), need.Tool(t, "ssh-keygen")
	s, folder := startSimulation(t), ours(t)
	hosts := filepath.Join(folder, "hosts")
	key, err := exec.CommandContext(t.Context(), keyscan, "-p", s.sshPort, "127.0.0.1").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hosts, key, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), keygen, "-lf", hosts).Output(); err != nil || !bytes.Contains(out, []byte(" "+s.fingerprint+" ")) {
		t.Errorf("the screen says %s, OpenSSH %s, %v", s.fingerprint, out, err)
	}
	ask := filepath.Join(folder, "ask")
	if err := os.WriteFile(ask, []byte("#!/bin/sh\necho \"$PASSWORD\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	options := []string{
		"-F", "none", "-o", "BatchMode=no", "-o", "UserKnownHostsFile=" + hosts, "-o", "GlobalKnownHostsFile=none", "-o", "StrictHostKeyChecking=yes",
		"-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1", "-o", "IdentityAgent=none",
	}
	sftp := func(password, orders string) (string, error) {
		if err := os.WriteFile(filepath.Join(folder, "orders"), []byte(orders), 0o600); err != nil {
			t.Fatal(err)
		}
		env := []string{"SSH_ASKPASS=" + ask, "SSH_ASKPASS_REQUIRE=force", "PASSWORD=" + password}
		return s.client(folder, env, "sftp", append(options, "-P", s.sshPort, "-b", "orders", "support@127.0.0.1")...)
	}
	out, err := sftp("demo", strings.Join([]string{
		"get " + conf + " before", "rm " + conf, "put conf " + conf, "put -p prompt " + prompt + ".new", "rename " + prompt + ".new " + prompt,
		"put big /ysdisk/support/big", "rename " + conf + " /support/big", "reget /support/big conf2", "mkdir /support/sub", "put conf /support/sub/x",
		"chmod 600 /support/sub/x", "ls -la /support/sub", "df /", "ls -l /ysdisk", "rm /support/sub/*", "rmdir /support/sub", "cd /ysdisk/support", "pwd",
	}, "\n"))
	if err != nil || !strings.Contains(out, "-rw-------") {
		t.Fatalf("sftp: %v, %s", err, out)
	}
	if before, err := os.ReadFile(filepath.Join(folder, "before")); err != nil || !bytes.Contains(before, []byte("support-lift")) {
		t.Errorf("before there was %q, %v", before, err)
	}
	for name, want := range map[string]string{prompt: "200 " + ourPrompt, "/support/big": "200 " + ourConf, conf: "404 "} {
		if got := s.file(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s holds %.80q", name, got)
		}
	}
	for _, wrong := range []string{"put conf /etc/passwd", "put conf /support/../../etc/passwd", "get /support/none", "ln -s /etc /support/etc", "rm /tmp"} {
		if out, err := sftp("demo", wrong); err == nil {
			t.Errorf("sftp %q: done: %s", wrong, out)
		}
	}
	if out, err := sftp("wrong", "pwd"); err == nil {
		t.Errorf("sftp with a wrong password: %s", out)
	}
	ssh := append(options, "-p", s.sshPort, "support@127.0.0.1", "id")
	if out, err := s.client(folder, []string{"SSH_ASKPASS=" + ask, "SSH_ASKPASS_REQUIRE=force", "PASSWORD=demo"}, "ssh", ssh...); err == nil {
		t.Errorf("ssh ran a command: %s", out)
	}
}
