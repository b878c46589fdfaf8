package packages

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/e2e/need"
)

// TestSmallComputers plays the demo day with the packaged programs for the
// boxes that hotels have, on an emulated processor.
func TestSmallComputers(t *testing.T) {
	for _, box := range []struct{ name, emulator, want string }{
		{"armv6", "qemu-arm-static", "linux/arm"},
		{"armv7", "qemu-arm-static", "linux/arm"},
		{"arm64", "qemu-aarch64-static", "linux/arm64"},
	} {
		t.Run(box.name, func(t *testing.T) {
			emulator := need.Tool(t, box.emulator)
			program := filepath.Join(unpacked(t, made(t, newer, box.name, "bellhop_%s_linux_"+box.name+".tar.gz")), "bellhop")
			for _, try := range []struct{ args, want string }{
				{"version", "bellhop " + newer + " "},
				{"version", box.want + "\n"},
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
