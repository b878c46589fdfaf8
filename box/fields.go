package box

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Usage is what the kernel knows of a process (proc(5), /proc/PID/status and
// /proc/PID/io); in bytes.
type Usage struct {
	Anonymous int64 // resident, and in no file
	Total     int64 // resident in all, with mapped pages of the database
	Written   int64 // handed to the disk, by the system's pages: of a file that it holds in larger ones it counts those whole
	Passed    int64 // handed to the system, whatever for
}

// Usage reads it of a process.
func (s System) Usage(pid int) (u Usage, err error) {
	folder := filepath.Join(s.proc(), strconv.Itoa(pid))
	status, err := readFields(filepath.Join(folder, "status"))
	if err != nil {
		return u, fmt.Errorf("read what the kernel knows of the process: %w", err)
	}
	io, err := readFields(filepath.Join(folder, "io"))
	if err != nil {
		return u, fmt.Errorf("read what the kernel knows of the process: %w", err)
	}
	return Usage{
		Anonymous: status["RssAnon"] << 10, Total: status["VmRSS"] << 10,
		Written: io["write_bytes"], Passed: io["wchar"],
	}, nil
}

// Memory is the computer's, in bytes.
type Memory struct {
	Total     int64
	Available int64 // what programs can still have without swapping
}

// Memory reads it (proc(5), /proc/meminfo).
func (s System) Memory() (Memory, error) {
	fields, err := readFields(filepath.Join(s.proc(), "meminfo"))
	if err != nil {
		return Memory{}, fmt.Errorf("read the memory: %w", err)
	}
	m := Memory{Total: fields["MemTotal"] << 10, Available: fields["MemAvailable"] << 10}
	if m.Total <= 0 {
		return Memory{}, fmt.Errorf("read the memory: %w", ErrUnknown)
	}
	return m, nil
}

func readFields(name string) (map[string]int64, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return fieldsOf(string(text)), nil
}

// fieldsOf reads lines such as "VmRSS:  1234 kB"; what has no number is left out.
func fieldsOf(text string) map[string]int64 {
	fields := map[string]int64{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		words := strings.Fields(value)
		if !ok || len(words) == 0 {
			continue
		}
		if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
			fields[key] = n
		}
	}
	return fields
}
