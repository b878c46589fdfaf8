package lossy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// childRole tells a child, which is this test's binary again, what to do; its
// argument is childPath.
const (
	childRole = "BELLHOP_LOSSY_ROLE"
	childPath = "BELLHOP_LOSSY_PATH"
)

// roles are what a child can do. It is told by lines, and answers with lines.
var roles = map[string]func(path string, in *bufio.Reader) error{
	"map":   mapAndTell,
	"hold":  holdOpen,
	"store": appendUntilDark,
}

func TestMain(m *testing.M) {
	role := os.Getenv(childRole)
	if role == "" || role == "mount" {
		os.Exit(m.Run())
	}
	if err := roles[role](os.Getenv(childPath), bufio.NewReader(os.Stdin)); err != nil {
		fmt.Fprintln(os.Stderr, role, err)
		os.Exit(1)
	}
}

// child is a process that works on the mount.
type child struct {
	*exec.Cmd
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Reader
}

func start(t *testing.T, role, path string, arguments ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0], arguments...), t: t}
	c.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	if role != "store" { // which may die with the power, and say so
		c.Stderr = os.Stderr
	}
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	c.in, c.out = in, bufio.NewReader(out)
	must(t, c.Start())
	t.Cleanup(c.kill)
	return c
}

// kill ends it at once. It may be called twice.
func (c *child) kill() {
	_ = c.Process.Kill()
	_ = c.Wait()
}

// says waits for its next line.
func (c *child) says() string {
	c.t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil {
		c.t.Fatalf("the child says %q: %v", line, err)
	}
	return strings.TrimSpace(line)
}

// asked gives it a line and waits for the answer.
func (c *child) asked(line string) string {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		c.t.Fatal(err)
	}
	return c.says()
}

// mapAndTell maps a file as bbolt does, and says what the map shows at an offset.
func mapAndTell(path string, in *bufio.Reader) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	const size = 1 << 20
	shown, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return err
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil
		}
		var at int
		if _, err := fmt.Sscan(line, &at); err != nil {
			return err
		}
		fmt.Printf("%c\n", shown[at])
	}
}

// holdOpen keeps a file open until it is killed.
func holdOpen(path string, in *bufio.Reader) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	fmt.Println("open")
	for {
		if _, err := in.ReadString('\n'); err != nil {
			return nil
		}
		_, err := f.WriteAt([]byte("x"), 0)
		fmt.Println(err)
	}
}

// TestMapSeesWrites: bbolt reads by a map and writes by pwrite.
func TestMapSeesWrites(t *testing.T) {
	d := New()
	path := filepath.Join(d.Mount(t), "file")
	f := create(t, path, bytes.Repeat([]byte{'a'}, 16*pageSize))
	c := start(t, "map", path)
	expect := func(at int, want string) {
		t.Helper()
		if got := c.asked(fmt.Sprint(at)); got != want {
			t.Errorf("the map shows %s at %d, want: %s", got, at, want)
		}
	}
	expect(0, "a")
	expect(5*pageSize, "a")
	for n, letter := range "bcdef" {
		put(t, f, bytes.Repeat([]byte(string(letter)), pageSize), 5*pageSize)
		put(t, f, []byte(string(letter)), int64(n))
		expect(5*pageSize, string(letter))
		expect(6*pageSize-1, string(letter))
		expect(n, string(letter))
		expect(6*pageSize, "a")
	}
	must(t, f.Truncate(32*pageSize))
	put(t, f, []byte("z"), 31*pageSize)
	expect(31*pageSize, "z")

	must(t, f.Sync())
	put(t, f, bytes.Repeat([]byte{'y'}, pageSize), 5*pageSize)
	c.kill()
	for n := range 4 {
		outage(d, n)
		c = start(t, "map", path)
		expect(31*pageSize, "z")
		if got, there := c.asked(fmt.Sprint(5*pageSize)), read(t, path)[5*pageSize:][:1]; got != there {
			t.Errorf("after a power cut the map shows %s, and there is %s", got, there)
		}
		c.kill()
	}
}

// TestFlock holds between processes, and dies with one and with the power.
func TestFlock(t *testing.T) {
	d := New()
	path := filepath.Join(d.Mount(t), "file")
	f := create(t, path, nil)
	must(t, f.Sync())
	g, err := os.Open(path)
	must(t, err)
	defer g.Close()
	lock := func(f *os.File, how int) error { return syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB) }
	must(t, lock(f, syscall.LOCK_EX))
	refused(t, "lock what is locked", lock(g, syscall.LOCK_SH), syscall.EWOULDBLOCK)
	must(t, f.Close())
	must(t, lock(g, syscall.LOCK_EX))
	d.Cut(seeded(1))
	d.PowerOn()
	h, err := os.Open(path)
	must(t, err)
	defer h.Close()
	must(t, lock(h, syscall.LOCK_EX))
}

// TestOneProcessor: this process uses its own mount with one processor and a
// garbage collection that never rests, and starts children meanwhile.
func TestOneProcessor(t *testing.T) {
	need.FUSE(t)
	if os.Getenv(childRole) == "" {
		c := start(t, "mount", "", "-test.run=^TestOneProcessor$", "-test.v")
		done := make(chan string)
		go func() {
			said, _ := io.ReadAll(c.out)
			done <- string(said)
		}()
		select {
		case said := <-done:
			if !strings.Contains(said, "--- PASS: TestOneProcessor") {
				t.Errorf("with one processor: %s", said)
			}
		case <-time.After(time.Minute): // it hangs
			t.Error("with one processor it hangs")
		}
		return
	}
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(1)
	folder := New().Mount(t)
	f := create(t, filepath.Join(folder, "file"), []byte("text"))
	for range 100 {
		put(t, f, []byte("more"), 0)
		must(t, f.Sync())
		if text := read(t, f.Name()); text != "more" {
			t.Errorf("it reads %q", text)
		}
		must(t, exec.Command("true").Run())
	}
}

// TestUnmountWaitsForNobody ends a test while a process has a file open and
// another one waits for a sync that takes an hour.
func TestUnmountWaitsForNobody(t *testing.T) {
	var folder string
	var c *child
	waits := make(chan error, 1)
	began := make(chan struct{})
	t.Run("test", func(inner *testing.T) {
		d := New()
		d.wait = func(slow time.Duration, broken <-chan struct{}) bool {
			close(began)
			return wait(slow, broken)
		}
		folder = d.Mount(inner)
		f := create(t, filepath.Join(folder, "file"), nil)
		must(t, f.Sync())
		c = start(t, "hold", f.Name())
		if said := c.says(); said != "open" {
			t.Fatal(said)
		}
		d.SyncTakes(time.Hour, 0, 0)
		go func() { waits <- f.Sync() }()
		<-began
	})
	if err := <-waits; err == nil {
		t.Error("the sync that was cut off went well")
	}
	if said := c.asked("write"); said == "<nil>" {
		t.Error("a write after the end of the test went well")
	}
	if mounted(t, folder) {
		t.Error("the mount is still there")
	}
}

// TestMountGoesWithItsProcess kills one that has mounted a disk, also when it
// waits for its own mount for ever.
func TestMountGoesWithItsProcess(t *testing.T) {
	if os.Getenv(childRole) == "mount" {
		mountAndStay(t, os.Getenv(childPath) == "hung")
	}
	need.FUSE(t)
	for _, state := range []string{"idle", "hung"} {
		c := start(t, "mount", state, "-test.run=^TestMountGoesWithItsProcess$")
		folder, found := strings.CutPrefix(c.says(), "mounted ")
		if !found || !mounted(t, folder) {
			t.Fatalf("the child has not mounted %q", folder)
		}
		c.kill()
		ended := time.Now().Add(time.Minute)
		for mounted(t, folder) {
			if time.Now().After(ended) {
				t.Fatalf("the mount of one that is %s is still there", state)
			}
			must(t, exec.Command("sleep", "0.02").Run())
		}
		must(t, os.RemoveAll(filepath.Dir(filepath.Dir(folder))))
	}
}

// mountAndStay mounts a disk and never ends, or does what no test may: it maps
// a file of its own mount, and reads of it with the only processor.
func mountAndStay(t *testing.T, hung bool) {
	folder := New().Mount(t)
	f := create(t, filepath.Join(folder, "file"), make([]byte, pageSize))
	shown, err := syscall.Mmap(int(f.Fd()), 0, pageSize, syscall.PROT_READ, syscall.MAP_SHARED)
	must(t, err)
	runtime.GOMAXPROCS(1)
	fmt.Println("mounted " + folder)
	if !hung {
		select {}
	}
	fmt.Println("it did not wait", shown[0])
	os.Exit(1)
}

func mounted(t *testing.T, folder string) bool {
	t.Helper()
	return strings.Contains(read(t, "/proc/self/mounts"), " "+folder+" ")
}
