package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/need"
	"bellhop/install"
)

// BenchmarkInstall measures an apply and one that changes nothing beside what
// lftp's mirror takes for the same files on the same server, in turn:
//
//	go test -run '^$' -bench Install -benchtime 20x ./e2e
//
// It reports milliseconds, and the relation of the two: at most 1.5 is wanted.
func BenchmarkInstall(b *testing.B) {
	b.Run("vsftpd", func(b *testing.B) { besideLftp(b, startVsftpd(b, fileServerOptions{})) })
	b.Run("openssh", func(b *testing.B) { besideLftp(b, startSSH(b, fileServerOptions{})) })
}

func besideLftp(b *testing.B, s *fileServer) {
	lftp := need.Tool(b, "lftp")
	set := hotelSet()
	local := b.TempDir()
	for n := range set.Files {
		f := &set.Files[n]
		if f.Merge != nil { // lftp merges nothing
			f.Data, f.Merge = []byte(hotelBlock), nil
		}
		at := filepath.Join(local, f.Path)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(at, f.Data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	mirror := func(to string) func() {
		return func() {
			script := fmt.Sprintf("set ftp:ssl-allow no; set sftp:auto-confirm yes; set net:max-retries 1; mirror -R %s %s; quit", local, to)
			cmd := exec.CommandContext(b.Context(), lftp, "-u", filer+","+filerPassword, "-e", script, strings.Replace(s.server.URL, filer+"@", "", 1))
			cmd.Env = append(os.Environ(), "HOME="+b.TempDir())
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("lftp: %v, %s", err, out)
			}
		}
	}
	var firstLftp, firstOurs, againLftp, againOurs time.Duration
	for n := range b.N {
		theirs, ours := fmt.Sprintf("/support/lftp%d", n), fmt.Sprintf("/support/ours%d", n)
		moved := install.Set{}
		for _, f := range set.Files {
			f.Path = path.Join(ours, f.Path)
			moved.Files = append(moved.Files, f)
		}
		inst := &install.Installer{Server: s.server, Records: filepath.Join(b.TempDir(), "install")}
		apply := func() { // as "bellhop install apply" does
			defer inst.Hold()()
			if _, err := applySet(b, inst, moved); err != nil {
				b.Fatal(err)
			}
		}
		firstLftp += timed(mirror(theirs))
		firstOurs += timed(apply)
		againLftp += timed(mirror(theirs))
		againOurs += timed(apply)
		for _, folder := range []string{theirs, ours} {
			if err := os.RemoveAll(filepath.Join(s.root, folder)); err != nil {
				b.Fatal(err)
			}
		}
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(each(firstOurs), "ms/first")
	b.ReportMetric(each(againOurs), "ms/again")
	b.ReportMetric(each(firstLftp), "ms/first-lftp")
	b.ReportMetric(each(againLftp), "ms/again-lftp")
	b.ReportMetric(float64(firstOurs)/float64(firstLftp), "of-lftp/first")
	b.ReportMetric(float64(againOurs)/float64(againLftp), "of-lftp/again")
	b.ReportMetric(0, "ns/op")
}

func timed(do func()) time.Duration {
	begin := time.Now()
	do()
	return time.Since(begin)
}
