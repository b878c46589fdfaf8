package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/e2e/need"
)

// TestSmallComputers plays the demo day with the programs for the boxes that
// hotels have, on an emulated processor.
func TestSmallComputers(t *testing.T) {
	for _, box := range []struct{ name, emulator, arch, arm string }{
		{"ARM v6", "qemu-arm-static", "arm", "6"},
		{"ARM v7", "qemu-arm-static", "arm", "7"},
		{"ARM 64", "qemu-aarch64-static", "arm64", ""},
	} {
		t.Run(box.name, func(t *testing.T) {
			emulator := need.Tool(t, box.emulator)
			program := filepath.Join(t.TempDir(), "bellhop")
			build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "bellhop/cmd/bellhop")
			build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+box.arch, "GOARM="+box.arm)
			if text, err := build.CombinedOutput(); err != nil {
				t.Fatalf("build: %v\n%s", err, text)
			}
			for _, try := range []struct{ args, want string }{
				{"version", "linux/" + box.arch},
				{"demo --once", "nothing lost, nothing doubled"},
			} {
				run := exec.CommandContext(t.Context(), emulator, append([]string{program}, strings.Fields(try.args)...)...)
				if text, err := run.CombinedOutput(); err != nil || !strings.Contains(string(text), try.want) {
					t.Errorf("bellhop %s: %v\n%s", try.args, err, text)
				}
			}
		})
	}
}
