package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"
	"testing"
	"time"

	"bellhop/install"
)

// prompt8k is a wav file of 8 kHz, 16 bits, mono.
func prompt8k(seed, samples int) []byte {
	var b bytes.Buffer
	word := func(n int) { b.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	b.WriteString("RIFF")
	word(36 + 2*samples)
	b.WriteString("WAVEfmt ")
	word(16)
	b.Write([]byte{1, 0, 1, 0})
	word(8000)
	word(16000)
	b.Write([]byte{2, 0, 16, 0})
	b.WriteString("data")
	word(2 * samples)
	for n := range samples {
		v := (n*n/7 + seed*n) % 20000
		b.Write([]byte{byte(v), byte(v >> 8)})
	}
	return b.Bytes()
}

const hotelBlock = "; hotel begins\n[bellhop]\nexten = 777,1,Answer()\n; hotel ends\n"

// hotelSet is a dialplan and the prompts of two languages.
func hotelSet() install.Set {
	set := install.Set{Files: []install.File{{Path: realConf, Last: true, Merge: func(existing []byte, _ bool) ([]byte, error) {
		before, _, _ := strings.Cut(string(existing), "; hotel begins\n")
		return []byte(before + hotelBlock), nil
	}}}}
	for _, language := range []string{"zh", "en"} {
		for n := range 15 {
			set.Files = append(set.Files, install.File{
				Path: fmt.Sprintf("%s%s/prompt %d.wav", realSounds, language, n), Data: prompt8k(n, 4000+1500*n),
			})
		}
	}
	set.Files = append(set.Files, install.File{Path: realSounds + "zh/beep.wav", Data: prompt8k(99, 100)})
	return set
}

// withSet is a tree with the set in it.
func withSet(before map[string]string, set install.Set) map[string]string {
	after := maps.Clone(before)
	for _, f := range set.Files {
		data := f.Data
		if f.Merge != nil {
			data, _ = f.Merge([]byte(before[f.Path]), true)
		}
		after[f.Path] = string(data)
		for folder := path.Dir(f.Path); folder != "/"; folder = path.Dir(folder) {
			after[folder+"/"] = ""
		}
	}
	return after
}

func applySet(t testing.TB, inst *install.Installer, set install.Set) (install.Result, error) {
	t.Helper()
	plan, err := inst.Plan(t.Context(), set)
	if err != nil {
		return install.Result{}, err
	}
	return inst.Apply(t.Context(), plan)
}

// eachFileServer runs a test over vsftpd and OpenSSH.
func eachFileServer(t *testing.T, o fileServerOptions, test func(t *testing.T, s *fileServer)) {
	t.Run("vsftpd", func(t *testing.T) { test(t, startVsftpd(t, o)) })
	t.Run("openssh", func(t *testing.T) { test(t, startSSH(t, o)) })
}

// andUnderTLS runs it over vsftpd under TLS, too.
func andUnderTLS(t *testing.T, o fileServerOptions, test func(t *testing.T, s *fileServer)) {
	eachFileServer(t, o, test)
	o.secure = true
	t.Run("vsftpd-tls", func(t *testing.T) { test(t, startVsftpd(t, o)) })
}

// TestInstallOnRealServers: apply, apply again, a change by hand, rollback.
func TestInstallOnRealServers(t *testing.T) {
	andUnderTLS(t, fileServerOptions{}, func(t *testing.T, s *fileServer) {
		inst, set, start := s.installer(new(meter)), hotelSet(), s.tree()
		r, err := applySet(t, inst, set)
		if err != nil || r.Put != len(set.Files) || r.Drops != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		after := withSet(start, set)
		s.is(after, "after apply")
		files, first := s.files(), s.taken(2)
		if want := (taken{files: len(set.Files), bytes: sizeOf(after, set)}); first != want {
			t.Errorf("the server took %+v, want each file once: %+v", first, want)
		}

		r, err = applySet(t, inst, set)
		if err != nil || r.Sent != 0 || r.Put != 0 {
			t.Errorf("the second apply: %+v, %v", r, err)
		}
		if both := s.taken(3); both != first {
			t.Errorf("after the second apply the server took %+v in all, after the first %+v", both, first)
		}
		if again := s.files(); !maps.Equal(again, files) {
			t.Errorf("files were %v and are %v", files, again)
		}
		for _, quick := range []bool{false, true} {
			found, err := inst.Verify(t.Context(), install.VerifyOptions{Quick: quick})
			if err != nil || install.Bad(found) != nil || len(found) != len(set.Files) {
				t.Errorf("verify, quick %t: %v, %v", quick, install.Bad(found), err)
			}
		}

		// One bit of a prompt, with size and time as they were: only reading
		// all of it finds that.
		const bit = realSounds + "zh/prompt 5.wav"
		s.flip(bit)
		found, err := inst.Verify(t.Context(), install.VerifyOptions{})
		if bad := install.Bad(found); err != nil || bad == nil || bad.Error() != bit+": changed: other bytes of the same number" {
			t.Errorf("verify finds %v, %v", bad, err)
		}
		s.flip(bit)

		s.put(realSounds+"en/prompt 3.wav", "his own")
		s.put(realSounds+"en/foreign.wav", "his own")
		found, err = inst.Verify(t.Context(), install.VerifyOptions{Quick: true})
		if bad := install.Bad(found); err != nil || bad == nil || strings.Count(bad.Error(), "\n") != 0 || !strings.Contains(bad.Error(), "en/prompt 3.wav: changed") {
			t.Errorf("verify finds %v, %v", bad, err)
		}

		plan, err := inst.PlanRollback(t.Context(), install.RollbackOptions{})
		if err != nil {
			t.Fatal(err)
		}
		plan.Overwrite(realSounds + "en/prompt 3.wav")
		if _, err := inst.Rollback(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		start[realSounds+"en/foreign.wav"] = "his own"
		s.is(start, "after rollback")
	})
}

// sizeOf is how many bytes the files of a set have in a tree.
func sizeOf(tree map[string]string, set install.Set) int {
	sum := 0
	for _, f := range set.Files {
		sum += len(tree[f.Path])
	}
	return sum
}

// TestInstallIsReadable: a new file may be read by the PBX's other programs,
// and one that was there keeps its permissions.
func TestInstallIsReadable(t *testing.T) {
	eachFileServer(t, fileServerOptions{conf: []string{"local_umask=077"}}, func(t *testing.T, s *fileServer) {
		s.chmod(realConf, 0o640)
		if _, err := applySet(t, s.installer(new(meter)), hotelSet()); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{realConf: "-rw-r-----", realSounds + "zh/prompt 1.wav": "-rw-r--r--"} {
			if got := s.mode(name); got != want {
				t.Errorf("%s has %s, want %s", name, got, want)
			}
		}
	})
}

// TestInstallOverABrokenLine cuts the line in the middle of a file, once for
// each of several places, and then lets it be.
func TestInstallOverABrokenLine(t *testing.T) {
	eachFileServer(t, fileServerOptions{}, func(t *testing.T, s *fileServer) {
		var m meter
		inst, set, start := s.installer(&m), hotelSet(), s.tree()
		for _, until := range []int64{10_000, 30_000} { // behind all handshakes
			plan, err := inst.Plan(t.Context(), set)
			if err != nil {
				t.Fatal(err)
			}
			m.until.Store(until)
			r, err := inst.Apply(t.Context(), plan)
			if err != nil || r.Drops != 1 || m.cuts.Swap(0) != 1 {
				t.Errorf("cut at %d: %+v, %v", until, r, err)
			}
			s.is(withSet(start, set), fmt.Sprintf("cut at %d", until))
			plan, err = inst.PlanRollback(t.Context(), install.RollbackOptions{})
			if err != nil {
				t.Fatal(err)
			}
			m.until.Store(until)
			if _, err = inst.Rollback(t.Context(), plan); err != nil {
				t.Errorf("rollback, perhaps cut at %d: %v", until, err)
			}
			m.until.Store(0)
			m.cuts.Store(0)
			s.is(start, fmt.Sprintf("after rollback, cut at %d", until))
		}
	})
}

// TestInstallGoesOnLater: the line breaks in the middle of a file and stays
// away; the next apply finishes.
func TestInstallGoesOnLater(t *testing.T) {
	eachFileServer(t, fileServerOptions{}, func(t *testing.T, s *fileServer) {
		var m meter
		inst, set, start := s.installer(&m), hotelSet(), s.tree()
		away := errors.New("the line is away")
		inst.Pause = func(context.Context, time.Duration) error { return away }
		plan, err := inst.Plan(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		m.until.Store(20_000)
		_, err = inst.Apply(t.Context(), plan)
		var u *install.Unfinished
		if !errors.Is(err, install.ErrLost) || !errors.As(err, &u) || !strings.Contains(err.Error(), "bellhop install apply") {
			t.Fatalf("%v", err)
		}
		half := s.tree()
		if half[realConf] != start[realConf] {
			t.Errorf("the dialplan holds %q", half[realConf])
		}
		after, cut := withSet(start, set), 0
		for name, text := range half {
			if whole, is := strings.CutSuffix(name, ".bellhop-new"); is && len(text) < len(after[whole]) {
				cut++
			}
		}
		if cut != 1 {
			t.Errorf("%d files were cut in the middle, want one", cut)
		}
		if _, err := applySet(t, inst, set); err != nil {
			t.Fatal(err)
		}
		s.is(after, "after going on")
	})
}

// TestInstallOnAFullDisk: what there is no room for is told, nothing that was
// there is harmed, and with room it goes on.
func TestInstallOnAFullDisk(t *testing.T) {
	eachFileServer(t, fileServerOptions{disk: "300k"}, func(t *testing.T, s *fileServer) {
		inst, set, start := s.installer(new(meter)), hotelSet(), s.tree()
		_, err := applySet(t, inst, set)
		if !errors.Is(err, install.ErrFull) || !strings.Contains(err.Error(), "make room") {
			t.Errorf("%v", err)
		}
		after, now := withSet(start, set), s.tree()
		for name, text := range now {
			if text != start[name] && text != after[name] {
				t.Errorf("%s holds neither old nor new: %d bytes", name, len(text))
			}
		}
		if now[realConf] != start[realConf] {
			t.Errorf("the dialplan holds %q", now[realConf])
		}
		small := set
		small.Files = set.Files[:4]
		if _, err := applySet(t, inst, small); err != nil {
			t.Errorf("what there is room for: %v", err)
		}
		plan, err := inst.PlanRollback(t.Context(), install.RollbackOptions{To: firstRun(t, inst)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := inst.Rollback(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		s.is(start, "after rollback")
	})
}

func firstRun(t *testing.T, inst *install.Installer) string {
	t.Helper()
	runs, err := inst.Runs()
	if err != nil || len(runs) == 0 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	return runs[0].ID
}

// TestInstallWhereNothingMayBeWritten: a disk that is read-only, and a folder
// of another user's.
func TestInstallWhereNothingMayBeWritten(t *testing.T) {
	eachFileServer(t, fileServerOptions{}, func(t *testing.T, s *fileServer) {
		inst, set, start := s.installer(new(meter)), hotelSet(), s.tree()
		s.chown(realSounds+"zh", 0)
		_, err := applySet(t, inst, set)
		if !errors.Is(err, install.ErrDenied) && !errors.Is(err, install.ErrRefused) {
			t.Errorf("%v", err)
		}
		s.is(start, "in a folder of another's")
		s.chown(realSounds+"zh", filerID)
		s.remount("ro")
		_, err = applySet(t, inst, set)
		if !errors.Is(err, install.ErrReadOnly) && !errors.Is(err, install.ErrRefused) {
			t.Errorf("on a read-only disk: %v", err)
		}
		s.remount("rw")
		s.is(start, "on a read-only disk")
		if _, err := applySet(t, inst, set); err != nil {
			t.Error(err)
		}
	})
}

// TestInstallLogsInOnce: a wrong password is refused, and told as that.
func TestInstallLogsInOnce(t *testing.T) {
	andUnderTLS(t, fileServerOptions{}, func(t *testing.T, s *fileServer) {
		inst := s.installer(new(meter))
		inst.Server.Password = "not this"
		_, err := applySet(t, inst, hotelSet())
		if !errors.Is(err, install.ErrLogin) || strings.Contains(err.Error(), "not this") {
			t.Errorf("%v", err)
		}
	})
}

// TestInstallKnowsTheRightServer: another certificate or host key than the
// one agreed to gets no password.
func TestInstallKnowsTheRightServer(t *testing.T) {
	for name, start := range map[string]func() *fileServer{
		"vsftpd-tls": func() *fileServer { return startVsftpd(t, fileServerOptions{secure: true}) },
		"openssh":    func() *fileServer { return startSSH(t, fileServerOptions{}) },
	} {
		t.Run(name, func(t *testing.T) {
			one, other := start(), start()
			inst := one.installer(new(meter))
			inst.Server.Pin = other.server.Pin
			if _, err := applySet(t, inst, hotelSet()); !errors.Is(err, install.ErrUntrusted) {
				t.Errorf("%v", err)
			}
		})
	}
}
