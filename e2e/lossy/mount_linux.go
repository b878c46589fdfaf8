//go:build !(386 || arm || mips || mipsle)

package lossy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"bellhop/e2e/need"
)

// Mount mounts the disk into a new folder, for as long as the test runs, and
// gives its path. Without root or FUSE the test is skipped; in CI it fails. What
// the test still has open there when it ends fails from then on: taking the mount away
// waits for nobody. It goes when the test's process dies without a word, too.
//
// A disk is mounted once; after a power cut the mount shows what remained.
func (d *Disk) Mount(t testing.TB) string {
	t.Helper()
	need.FUSE(t)
	folder := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	server, err := d.mount(folder)
	if err != nil {
		t.Fatalf("mount a lossy disk: %v", err)
	}
	dismiss, err := guard(folder)
	t.Cleanup(func() {
		d.abandon()
		if err := unmount(folder); err != nil {
			t.Errorf("unmount a lossy disk: %v", err)
			return
		}
		server.Wait()
		if dismiss != nil {
			dismiss()
		}
	})
	if err == nil {
		err = probe(folder)
	}
	if err != nil {
		t.Fatalf("mount a lossy disk: %v", err)
	}
	return folder
}

// mount does by itself what go-fuse could do too, as that would let every child
// process have the device, and a child could then keep the mount alive.
func (d *Disk) mount(folder string) (*fuse.Server, error) {
	device, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	o := d.options()
	how := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0,max_read=%d,allow_other", device, o.MaxWrite)
	if err := unix.Mount("lossy", folder, "fuse.lossy", unix.MS_NOSUID|unix.MS_NODEV, how); err != nil {
		_ = unix.Close(device)
		return nil, err
	}
	server, err := fuse.NewServer(serving{fuse.NewDefaultRawFileSystem(), d}, "/dev/fd/"+strconv.Itoa(device), o)
	if err != nil {
		_ = unmount(folder)
		return nil, err
	}
	d.mu.Lock()
	d.direct = server.KernelSettings().Flags64()&fuse.CAP_DIRECT_IO_ALLOW_MMAP != 0
	d.mu.Unlock()
	go server.Serve() // ends with the mount, and is waited for there
	return server, nil
}

// unmount takes a mount away, and if somebody still uses it by force: what waits
// for an answer then ends with an error, and so does the server, which would
// otherwise stay until the last user goes.
func unmount(folder string) error {
	if unix.Unmount(folder, 0) == nil {
		return nil
	}
	return unix.Unmount(folder, unix.MNT_FORCE|unix.MNT_DETACH)
}

// probe lets the kernel learn that nobody here answers to poll and flush, before
// somebody who cannot wait for the answer makes it ask. See the package's comment.
func probe(folder string) error {
	fd, err := unix.Open(filepath.Join(folder, probeName), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	if closed := unix.Close(fd); err == nil {
		err = closed
	}
	return err
}

// guard starts a process that takes the mount away when this one dies without a
// word, such as by a test's deadline. It looks each second, as one that waits for
// its own mount is never quite gone: with its mount taken away by force it is.
// dismiss ends the guard.
func guard(folder string) (dismiss func(), err error) {
	cmd := exec.Command("sh", "-c", `
		while grep -q '^State:.[^ZX]' "/proc/$1/status"; do sleep 1; done 2>/dev/null
		exec umount -f -l "$0" 2>/dev/null`, folder, strconv.Itoa(os.Getpid()))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is for us alone
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it, and its sleep
		_ = cmd.Wait()
	}, nil
}

// abandon lets nothing wait for the disk any more.
func (d *Disk) abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.abandoned = true
	if !d.dark {
		d.dark = true
		close(d.broken)
	}
}
