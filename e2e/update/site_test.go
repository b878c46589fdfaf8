package update

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"aead.dev/minisign"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/e2e/rig"
	"bellhop/hotel"
	"bellhop/sabotage"
)

func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }

// The versions. A package of each is signed by the same key.
var versions = map[string]string{
	"1.0.0": "",
	"1.1.0": "",
	"1.2.0": sabotage.DiesOnTrial,
	"1.3.0": sabotage.DiesWhenTrusted,
	"2.0.0": sabotage.NextFormat,
	"2.1.0": sabotage.NextFormat + "," + sabotage.DeafOnTrial,
	"2.2.0": sabotage.NextFormat + "," + sabotage.DiesWhenTrusted,
}

// site is a hotel whose agent a service manager runs.
type site struct {
	*rig.Hotel
	program string
	service string
	public  minisign.PublicKey
	private minisign.PrivateKey
}

// serviceScript stands in for a service manager: what ends is started again.
const serviceScript = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
case $1 in
start)
	[ -e pid ] && kill -0 -"$(cat pid)" 2>/dev/null && exit 0
	setsid sh -c 'while :; do ./bellhop run -c bellhop.toml >>log 2>&1; sleep 0.3; done' </dev/null >/dev/null 2>&1 &
	echo $! >pid
	;;
stop|kill)
	[ -e pid ] || exit 0
	signal=TERM
	[ "$1" = kill ] && signal=KILL
	kill -$signal -"$(cat pid)" 2>/dev/null
	while kill -0 -"$(cat pid)" 2>/dev/null; do sleep 0.05; done
	rm -f pid
	;;
esac
`

// newSite installs 1.0.0 and starts it.
func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{Hotel: rig.NewHotel(t, rig.Setting{})}
	s.program, s.service = filepath.Join(s.Folder, "bellhop"), filepath.Join(s.Folder, "service")
	if err := os.WriteFile(s.service, []byte(serviceScript), 0o700); err != nil {
		t.Fatal(err)
	}
	copyFile(t, rig.Version(t, "1.0.0", versions["1.0.0"]), s.program)
	var err error
	if s.public, s.private, err = minisign.GenerateKey(nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = exec.Command(s.service, "kill").Run() })
	s.does("start")
	s.runs("1.0.0")
	s.Furnish()
	return s
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// does tells the service manager something.
func (s *site) does(what string) {
	s.T.Helper()
	if out, err := exec.Command(s.service, what).CombinedOutput(); err != nil {
		s.T.Fatalf("service %s: %v: %s", what, err, out)
	}
}

// runs waits until a version works.
func (s *site) runs(version string) agent.Status {
	s.T.Helper()
	var last agent.Status
	rig.Eventually(s.T, 2*rig.StartTime, func() (bool, string) {
		now, err := s.asked()
		last = now
		return err == nil && now.Version == version && now.Held == "", fmt.Sprintf("version %q (%s) runs instead of %s: %v", now.Version, now.Held, version, err)
	})
	return last
}

func (s *site) asked() (now agent.Status, err error) {
	err = s.Client.Get(s.T.Context(), "/v1/status", &now)
	return now, err
}

// pack makes a signed package of a version: the bare program.
func (s *site) pack(version string) string {
	s.T.Helper()
	path := filepath.Join(s.Folder, "bellhop-"+version)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	copyFile(s.T, rig.Version(s.T, version, versions[version]), path)
	text, err := os.ReadFile(path)
	if err != nil {
		s.T.Fatal(err)
	}
	s.sign(path, text, version)
	return path
}

func (s *site) sign(path string, text []byte, version string) {
	s.T.Helper()
	reader := minisign.NewReader(bytes.NewReader(text))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		s.T.Fatal(err)
	}
	signature := reader.SignWithComments(s.private, "file:"+filepath.Base(path)+" version:"+version, "")
	if err := os.WriteFile(path+".minisig", signature, 0o600); err != nil {
		s.T.Fatal(err)
	}
}

// update runs the command; ways break its process.
func (s *site) update(ways string, args ...string) (out string, code int, killed bool) {
	s.T.Helper()
	within := "60s"
	if bad := versions[strings.TrimPrefix(filepath.Base(args[0]), "bellhop-")]; strings.Contains(bad, "on-trial") {
		within = "8s" // it is waited for in vain
	}
	args = append([]string{"update"}, args...)
	args = append(args, "-c", s.Config, "--yes", "--exec", s.service, "--within", within)
	cmd := exec.CommandContext(s.T.Context(), s.program, args...)
	cmd.Dir = s.Folder
	cmd.Env = append(os.Environ(), "BELLHOP_SABOTAGE="+sabotage.Hasty+","+ways)
	began := time.Now()
	text, err := cmd.CombinedOutput()
	s.T.Logf("bellhop %s [%s]: %v, %.1f s\n%s", strings.Join(args[:min(2, len(args))], " "), ways, err, time.Since(began).Seconds(), text)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status, _ := exit.Sys().(syscall.WaitStatus)
		return string(text), exit.ExitCode(), status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	if err != nil {
		s.T.Fatal(err)
	}
	return string(text), 0, false
}

// to updates to a version; the command ends with that code and says that.
func (s *site) to(version string, code int, says string) {
	s.T.Helper()
	out, got, _ := s.update("", s.pack(version), "--key", s.public.String())
	if got != code || !strings.Contains(out, says) {
		s.T.Fatalf("update to %s: exit code %d, want %d and %q", version, got, code, says)
	}
}

// alarmed waits until an alert is open. The agent may die again and again
// meanwhile.
func (s *site) alarmed(code string) {
	s.T.Helper()
	rig.Eventually(s.T, rig.NoticeTime, func() (bool, string) {
		var alerts []api.AlertAnswer
		err := s.Client.Get(s.T.Context(), "/v1/alerts", &alerts)
		return err == nil && slices.ContainsFunc(alerts, func(a api.AlertAnswer) bool { return a.Code == code }), "nobody is told of " + code
	})
}

// settle stops the service and judges what came of everything.
func (s *site) settle() {
	s.T.Helper()
	s.does("stop")
	l := s.Start()
	s.Ready(l)
	var alerts []api.AlertAnswer
	if err := s.Client.Get(s.T.Context(), "/v1/alerts", &alerts); err != nil {
		s.T.Fatal(err)
	}
	for _, a := range alerts {
		if a.Code != hotel.AlertUpdateBack {
			continue
		}
		if err := s.Client.Post(s.T.Context(), "/v1/alerts/"+a.ID+"/resolve", nil, nil); err != nil {
			s.T.Fatal(err)
		}
	}
	s.Settle(l, "", time.Now())
}
