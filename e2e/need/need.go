// Package need says what a test needs of the machine. Where it is missing the
// test is skipped with the reason; in CI it fails, so that a promise is never
// left untested unnoticed.
package need

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// Tool gives the path of a program.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is not installed")
	}
	return path
}

// Root says that a test does what only root may.
func Root(t testing.TB, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		missing(t, "only root may "+what)
	}
}

// FUSE says that a test mounts a file system of its own: root may, on a 64-bit
// Linux whose kernel has FUSE.
func FUSE(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" || strconv.IntSize != 64 {
		missing(t, "no FUSE but on a 64-bit Linux")
	}
	Root(t, "mount a file system")
	device, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		missing(t, "no FUSE: "+err.Error())
	}
	_ = device.Close()
}

// Kernel gives the path of the kernel that virtual machines boot, an amd64's;
// .ci/kernel puts it there.
func Kernel(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, err.Error())
	}
	path := filepath.Join(cache, "bellhop", "vmlinuz-amd64")
	if _, err := os.Stat(path); err != nil {
		missing(t, "no kernel for a virtual machine: .ci/kernel fetches it")
	}
	return path
}

// Groups says that a test bounds the memory of a process by a control group.
func Groups(t testing.TB) {
	t.Helper()
	for _, file := range []string{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.stat"} {
		if _, err := os.Stat(file); err == nil {
			return
		}
	}
	missing(t, "no control group can bound memory here")
}

// Asterisk gives the folder into which .ci/asterisk has unpacked an Asterisk,
// by its version: 16 or 22.
func Asterisk(t testing.TB, version int) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, err.Error())
	}
	path := filepath.Join(cache, "bellhop", fmt.Sprintf("asterisk-%d", version))
	if _, err := os.Stat(filepath.Join(path, "usr", "sbin", "asterisk")); err != nil {
		missing(t, fmt.Sprintf("no Asterisk %d: .ci/asterisk fetches it", version))
	}
	return path
}

// Debian gives the tarball of a small Debian, for root to unpack; .ci/debian
// makes it.
func Debian(t testing.TB) string {
	t.Helper()
	Root(t, "have a Debian of a test's own")
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, err.Error())
	}
	path := filepath.Join(cache, "bellhop", "debian.tar")
	if _, err := os.Stat(path); err != nil {
		missing(t, "no Debian to install into: .ci/debian makes it")
	}
	return path
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}
