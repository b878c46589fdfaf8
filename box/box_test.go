package box

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// made is a system of files, each of a name and what stands in it; one whose
// text begins with "->" is a link.
func made(t *testing.T, files map[string]string) System {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		at := filepath.Join(root, name)
		err := os.MkdirAll(filepath.Dir(at), 0o700)
		if to, link := strings.CutPrefix(text, "->"); err == nil && link {
			err = os.Symlink(to, at)
		} else if err == nil {
			err = os.WriteFile(at, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return System{Proc: filepath.Join(root, "proc"), Sys: filepath.Join(root, "sys")}
}

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

func TestListening(t *testing.T) {
	s := made(t, map[string]string{
		"proc/self/fd/3": "->socket:[101]", "proc/self/fd/4": "->socket:[102]", "proc/self/fd/5": "->/dev/null",
		"proc/self/fd/6": "->socket:[104]", "proc/self/fd/7": "->socket:[105]", "proc/self/fd/8": "->socket:[106]",
		"proc/self/net/tcp": head +
			"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1\n" +
			"   1: 0500A8C0:D431 9605A8C0:1F98 01 00000000:00000000 00:00000000 00000000     0        0 104 1\n" + // a connection of ours
			"   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1\n", // another's
		"proc/self/net/tcp6": head +
			"   0: 00000000000000000000000000000000:2044 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1\n" +
			"   1: 0000000000000000FFFF00000100007F:2045 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1\n",
		"proc/self/net/udp": head +
			"   0: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 105 1\n" +
			"   1: 0100007F:9C40 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 106 1\n",
	})
	got, err := s.Listening()
	want := []string{"udp 0.0.0.0:5353", "tcp 127.0.0.1:8080", "tcp 127.0.0.1:8261", "tcp [::]:8260"}
	var names []string
	for _, p := range got {
		names = append(names, p.String())
	}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v; want %q", names, err, want)
	}
	if _, err := (System{Proc: t.TempDir()}).Listening(); err == nil {
		t.Error("nothing is known, and no error")
	}
}

// What the kernel says of a socket that is really there.
func TestListeningHere(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	want := Port{"tcp", netip.MustParseAddrPort(ln.Addr().String())}
	if ports, err := (System{}).Listening(); err != nil || !slices.Contains(ports, want) {
		t.Errorf("%v, %v; want %v", ports, err, want)
	}
	ln.Close()
	if ports, err := (System{}).Listening(); err != nil || slices.Contains(ports, want) {
		t.Errorf("%v, %v; without %v", ports, err, want)
	}
}

func FuzzSocket(f *testing.F) {
	f.Add("0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 101 1")
	f.Add("0: 0000000000000000FFFF00000100007F:1F90 : 07 0 0 0 0 0 101")
	f.Fuzz(func(t *testing.T, line string) {
		p, inode, waits := socketOf(line, "tcp")
		if waits && (inode == "" || !p.IsValid()) {
			t.Errorf("%q: %v, %q", line, p, inode)
		}
	})
}

func TestUsage(t *testing.T) {
	s := made(t, map[string]string{
		"proc/7/status": "Name:\tx\nVmRSS:\t    2048 kB\nRssAnon:\t    1024 kB\n", "proc/7/io": "wchar: 9\nwrite_bytes: 8192\n",
		"proc/meminfo": "MemTotal:  4096 kB\nMemFree: 1 kB\nMemAvailable: 2048 kB\n",
	})
	if u, err := s.Usage(7); err != nil || u != (Usage{1 << 20, 2 << 20, 8192, 9}) {
		t.Errorf("%+v, %v", u, err)
	}
	if m, err := s.Memory(); err != nil || m != (Memory{4 << 20, 2 << 20}) {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := s.Usage(8); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of nobody: %v", err)
	}
	if _, err := made(t, map[string]string{"proc/meminfo": "odd"}).Memory(); !errors.Is(err, ErrUnknown) {
		t.Errorf("of an odd kernel: %v", err)
	}
}

func FuzzFields(f *testing.F) {
	f.Add("VmRSS:\t 2048 kB\nx")
	f.Fuzz(func(t *testing.T, text string) {
		if n := len(fieldsOf(text)); n > strings.Count(text, ":") {
			t.Errorf("%q: %d fields", text, n)
		}
	})
}

func TestWear(t *testing.T) {
	const card = "sys/block/mmcblk0/"
	files := map[string]string{
		"sys/dev/block/179:2": "->../../block/mmcblk0/mmcblk0p2", card + "size": "1000\n", card + "queue/rotational": "0\n",
		card + "mmcblk0p2/stat": "  1 2 3 4 5 6 2048 8 9 0 0 0\n", card + "mmcblk0p2/partition": "2\n", card + "mmcblk0p2/size": "400\n",
		card + "mmcblk0p2/uevent": "MAJOR=179\nMINOR=2\nDEVNAME=mmcblk0p2\n", "proc/uptime": "3600.25 7000.00\n",
	}
	s := made(t, files)
	want := Wear{"mmcblk0p2", 1 << 20, time.Hour + 250*time.Millisecond, 512_000, false}
	if w, err := s.wear(s.Sys + "/dev/block/179:2"); err != nil || w != want {
		t.Errorf("%+v, %v; want %+v", w, err, want)
	}
	files[card+"queue/rotational"] = "1\n"
	delete(files, card+"mmcblk0p2/partition") // the whole of a disk
	files[card+"mmcblk0p2/queue/rotational"] = "1\n"
	s = made(t, files)
	if w, err := s.wear(s.Sys + "/dev/block/179:2"); err != nil || w.Size != 400*sector || !w.Turns {
		t.Errorf("%+v, %v", w, err)
	}
	for _, broken := range []string{card + "mmcblk0p2/stat", card + "mmcblk0p2/size", card + "mmcblk0p2/uevent", "proc/uptime"} {
		text := files[broken]
		files[broken] = "odd"
		s = made(t, files)
		if w, err := s.wear(s.Sys + "/dev/block/179:2"); err == nil {
			t.Errorf("with an odd %s: %+v", broken, w)
		}
		files[broken] = text
	}
	if _, err := s.wear(s.Sys + "/dev/block/0:42"); !errors.Is(err, ErrUnknown) {
		t.Errorf("on no disk: %v", err)
	}
}

func FuzzWear(f *testing.F) {
	f.Add("1 2 3 4 5 6 7", "3.5 1")
	f.Fuzz(func(t *testing.T, stat, uptime string) {
		if n, known := sectorsWritten(stat); known && (n < 0 || n*sector < 0) {
			t.Errorf("%q: %d", stat, n)
		}
		if up, known := uptimeOf(uptime); known && up < 0 {
			t.Errorf("%q: %s", uptime, up)
		}
	})
}

func TestDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is not told")
	}
	if d, err := DiskOf(t.TempDir()); err != nil || d.Size <= 0 || d.Free <= 0 || d.Free > d.Size || d.ReadOnly {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := DiskOf("/dev/shm"); err == nil && !d.Volatile {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := DiskOf(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of a folder that is not there: %v", err)
	}
}

func TestSyncs(t *testing.T) {
	dir := t.TempDir()
	s, err := TimeSyncs(t.Context(), dir, 5)
	if err != nil || s.Times != 5 || s.Median <= 0 || s.Longest < s.Median {
		t.Errorf("%+v, %v", s, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err = TimeSyncs(ctx, dir, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err = TimeSyncs(t.Context(), filepath.Join(dir, "none"), 5); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in no folder: %v", err)
	}
}
