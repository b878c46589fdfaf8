package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mount is a line of /proc/self/mountinfo: which device is where.
type mount struct{ at, device string }

// readMounts reads the file, whose lines are
//
//	36 35 8:1 / /mnt/usb rw,relatime shared:1 - vfat /dev/sda1 rw
func readMounts(text string) (all []mount) {
	for line := range strings.Lines(text) {
		before, after, ok := strings.Cut(line, " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if ok && len(left) >= 5 && len(right) >= 2 {
			all = append(all, mount{unescape(left[4]), unescape(right[1])})
		}
	}
	return all
}

// unescape reads what the kernel writes for a blank in a name, \040.
func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+3 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+4], 8, 8); err == nil {
				out.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

func mounts() ([]mount, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("%w: this system does not say what is mounted: %w", ErrNoDisk, err)
	}
	return readMounts(string(text)), nil
}

// labels is where the system links labels to devices.
var labels = "/dev/disk/by-label"

// mountOfLabel is where the stick of a label is mounted.
func mountOfLabel(label string) (string, error) {
	device, err := filepath.EvalSymlinks(filepath.Join(labels, label))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: no disk has the label %q; plug it in, or see \"ls %s\"", ErrNoDisk, label, labels)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoDisk, err)
	}
	all, err := mounts()
	if err != nil {
		return "", err
	}
	at, found := whereIs(all, device)
	if !found {
		return "", fmt.Errorf("%w: the disk %q is plugged in and not mounted; docs/backup.md says how it is, by itself", ErrNoDisk, label)
	}
	return at, nil
}

func whereIs(all []mount, device string) (at string, found bool) {
	for _, m := range all {
		if m.device == device {
			return m.at, true
		}
	}
	return "", false
}

// mustBeMounted refuses a folder that lies on the box's own disk: a stick that is
// not in leaves its folder behind, and what is written there fills the card.
func mustBeMounted(folder string) error {
	all, err := mounts()
	if err != nil {
		return err
	}
	if !isMounted(all, filepath.Clean(folder)) {
		return fmt.Errorf("%w: %s is no disk of its own, and backup.mounted says that it must be; plug it in and mount it", ErrNoDisk, folder)
	}
	return nil
}

// isMounted tells whether a folder is where a disk begins.
func isMounted(all []mount, folder string) bool {
	return slices.ContainsFunc(all, func(m mount) bool { return m.at == folder })
}
