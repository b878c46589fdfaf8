package asterisk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// Options say what a server is to have.
type Options struct {
	// Dialplan is its extensions.conf.
	Dialplan []byte
	// Sounds are names of prompts by language; each is made, a short tone.
	Sounds map[string][]string
	// Without lists modules that are not to be there, such as "func_sha1".
	Without []string
	// With lists modules beyond the common ones.
	With []string
}

// Server is a running Asterisk.
type Server struct {
	Version int
	folder  string
	address string // of AMI
	ami     *client
}

// modules are what the dialplan needs and what the tests need to drive it.
var modules = []string{
	"pbx_config", "app_stack", "app_playback", "app_read", "app_userevent", "app_playtones", "app_senddtmf",
	"func_callerid", "func_channel", "func_strings", "func_logic", "func_sha1", "format_wav", "res_timing_timerfd",
}

// speaker is where a call's first leg runs. A line is never silent: without
// sound from the phone Asterisk sees some keys only when it next plays
// something.
const (
	speaker   = "test-speaker"
	lineNoise = "\n[" + speaker + "]\nexten => s,1,Answer()\nsame => n,Playtones(300)\nsame => n,Wait(600)\n"
)

// startLimit bounds how long a server may take on a busy machine.
const startLimit = 60 * time.Second

// Start starts an Asterisk of that version and waits until it has loaded its
// dialplan. It ends with the test.
func Start(t testing.TB, version int, o Options) *Server {
	t.Helper()
	root := need.Asterisk(t, version)
	folder := t.TempDir()
	s := &Server{Version: version, folder: folder, address: ownAddress()}
	if err := s.configure(root, o); err != nil {
		t.Fatalf("configure Asterisk %d: %v", version, err)
	}
	command, err := program(root)
	if err != nil {
		t.Fatalf("Asterisk %d: %v", version, err)
	}
	command = append(command, "-f", "-C", filepath.Join(folder, "asterisk.conf"))
	cmd := exec.Command(command[0], command[1:]...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what it said is shown
		close(ended)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	s.ami, err = connect(ctx, s.address, "on", ended)
	t.Cleanup(func() {
		if s.ami != nil {
			s.ami.close()
		}
		_ = cmd.Process.Kill() // it may have ended; what it has written goes with its folder
		<-ended
		if t.Failed() {
			t.Logf("Asterisk %d, on its output: %s\nand in its log:\n%s", version, said.Bytes(), tail(s.Log(), 4000))
		}
	})
	if err != nil {
		t.Fatalf("start Asterisk %d: %v", version, err)
	}
	return s
}

// program is how to start it: by its own loader, with its own libraries, which
// may be older or newer than those of the machine.
func program(root string) ([]string, error) {
	loaders, err := filepath.Glob(filepath.Join(root, "lib", "*-linux-gnu*", "ld-*.so*"))
	if err != nil || len(loaders) == 0 {
		return nil, fmt.Errorf("no loader in %s: %w", root, errors.Join(err, os.ErrNotExist))
	}
	libraries := filepath.Dir(loaders[0])
	both := strings.Join([]string{libraries, filepath.Join(root, "usr", "lib", filepath.Base(libraries)), filepath.Join(root, "usr", "lib")}, ":")
	return []string{loaders[0], "--library-path", both, filepath.Join(root, "usr", "sbin", "asterisk")}, nil
}

func (s *Server) configure(root string, o Options) error {
	found, err := filepath.Glob(filepath.Join(root, "usr", "lib", "*", "asterisk", "modules"))
	if plain := filepath.Join(root, "usr", "lib", "asterisk", "modules"); err == nil && len(found) == 0 {
		found = []string{plain}
	}
	if err != nil {
		return err
	}
	data := filepath.Join(s.folder, "data")
	var load strings.Builder
	for _, m := range slices.Concat(modules, o.With) {
		if !slices.Contains(o.Without, m) {
			fmt.Fprintf(&load, "load = %s.so\n", m)
		}
	}
	files := map[string]string{
		"asterisk.conf": fmt.Sprintf("[directories]\nastetcdir = %[1]s\nastmoddir = %[2]s\nastvarlibdir = %[1]s/var\nastdbdir = %[1]s/var\nastkeydir = %[1]s/var\n"+
			"astdatadir = %[3]s\nastagidir = %[1]s/var\nastspooldir = %[1]s/spool\nastrundir = %[1]s/run\nastlogdir = %[1]s/log\nastsbindir = %[1]s/run\n"+
			"[options]\nverbose = 5\nlanguageprefix = yes\nnocolor = yes\n", s.folder, found[0], data),
		"modules.conf":    "[modules]\nautoload = no\n" + load.String(),
		"logger.conf":     "[general]\ndateformat = %T.%3q\n[logfiles]\nfull = notice,warning,error,verbose(5)\n",
		"manager.conf":    fmt.Sprintf("[general]\nenabled = yes\nbindaddr = %s\nport = %s\n[test]\nsecret = test\nread = all\nwrite = all\neventfilter = Event: (FullyBooted|UserEvent|Newexten|Hangup|DTMFEnd)\n", s.address, amiPort),
		"extensions.conf": string(o.Dialplan) + lineNoise,
	}
	// What Asterisk warns of when it is missing.
	for _, name := range []string{"stasis", "ccss", "cdr", "cel", "features", "udptl"} {
		files[name+".conf"] = "[general]\n"
	}
	files["acl.conf"] = ""
	files["indications.conf"] = "[general]\ncountry = none\n[none]\ndescription = none\nringcadence = 1000,4000\ndial = 425\n"
	for _, folder := range []string{"var", "spool", "run", "log", "data/sounds"} {
		if err := os.MkdirAll(filepath.Join(s.folder, folder), 0o755); err != nil {
			return err
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	// Without its documents Asterisk 22 warns of each function that it has.
	if err := os.Symlink(filepath.Join(root, "usr", "share", "asterisk", "documentation"), filepath.Join(data, "documentation")); err != nil {
		return err
	}
	for language, names := range o.Sounds {
		folder := filepath.Join(data, "sounds", language)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(folder, name+".wav"), tone(8000, toneMillis), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetSound replaces a prompt.
func (s *Server) SetSound(t testing.TB, language, name string, wav []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, "data", "sounds", language, name+".wav"), wav, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Log is all that Asterisk has logged.
func (s *Server) Log() string {
	text, _ := os.ReadFile(filepath.Join(s.folder, "log", "full")) // none: nothing logged
	return string(text)
}

// Complaints are the warnings and errors that Asterisk has logged.
func (s *Server) Complaints() []string {
	var all []string
	for line := range strings.Lines(s.Log()) {
		if strings.Contains(line, "WARNING[") || strings.Contains(line, "ERROR[") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

func tail(text string, most int) string { return text[max(0, len(text)-most):] }

// ownAddress is an address that no other server uses: there are sixteen
// million of this computer's own, and only one has a clash of ports.
func ownAddress() string {
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(255), 1+rand.IntN(254))
}

// amiPort is AMI's own.
const amiPort = "5038"
