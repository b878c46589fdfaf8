package box

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Wear is what the disk of a folder has taken since the computer was started, from
// whatever program.
type Wear struct {
	Device  string // its name, such as mmcblk0p2
	Written int64  // bytes
	For     time.Duration
	Size    int64 // bytes of the whole disk, other parts of it among them
	Turns   bool  // it is a hard disk, which writing does not use up
}

// sector is what the kernel counts in, whatever the disk does (block/stat.rst).
const sector = 512

// Wear reads it. [ErrUnknown]: the folder lies on no disk of its own, as in a
// container.
func (s System) Wear(folder string) (Wear, error) {
	major, minor, err := device(folder)
	if err != nil {
		return Wear{}, err
	}
	// Not joined: ".." is what the link leads to, the whole disk of a part.
	return s.wear(fmt.Sprintf("%s/dev/block/%d:%d", s.sys(), major, minor))
}

func (s System) wear(at string) (w Wear, err error) {
	stat, err := os.ReadFile(at + "/stat")
	if err != nil {
		return w, fmt.Errorf("read what was written on the disk: %w: %w", ErrUnknown, err)
	}
	written, known := sectorsWritten(string(stat))
	if !known {
		return w, fmt.Errorf("read what was written on the disk: %w", ErrUnknown)
	}
	w.Written = written * sector
	if w.For, err = s.uptime(); err != nil {
		return w, err
	}
	whole := at
	if _, err := os.Stat(at + "/partition"); err == nil {
		whole = at + "/.."
	}
	size, err := readNumber(whole + "/size")
	if err != nil {
		return w, fmt.Errorf("read the disk's size: %w", err)
	}
	turns, _ := readNumber(whole + "/queue/rotational") // not said: it does not
	w.Size, w.Turns = size*sector, turns == 1
	if w.Device, err = deviceName(at); err != nil {
		return w, fmt.Errorf("read the disk's name: %w", err)
	}
	return w, nil
}

// sectorsWritten is the seventh number of a disk's stat.
func sectorsWritten(stat string) (n int64, known bool) {
	words := strings.Fields(stat)
	if len(words) < 7 {
		return 0, false
	}
	n, err := strconv.ParseInt(words[6], 10, 64)
	return n, err == nil && n >= 0 && n < 1<<53
}

func deviceName(at string) (string, error) {
	text, err := os.ReadFile(at + "/uevent")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(strings.TrimSpace(line), "DEVNAME="); is {
			return name, nil
		}
	}
	return "", ErrUnknown
}

func readNumber(name string) (int64, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}

// uptime is how long ago the computer was started (proc(5), /proc/uptime).
func (s System) uptime() (time.Duration, error) {
	text, err := os.ReadFile(filepath.Join(s.proc(), "uptime"))
	if err != nil {
		return 0, fmt.Errorf("read how long ago the computer was started: %w", err)
	}
	up, known := uptimeOf(string(text))
	if !known {
		return 0, fmt.Errorf("read how long ago the computer was started: %w", ErrUnknown)
	}
	return up, nil
}

func uptimeOf(text string) (time.Duration, bool) {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	seconds, err := strconv.ParseFloat(word, 64)
	if err != nil || !(seconds > 0 && seconds < 1e9) {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}
