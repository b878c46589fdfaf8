package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// usage is what the kernel knows of a process (proc(5), /proc/PID/status and
// /proc/PID/io).
type procUsage struct {
	AnonMB  float64 // resident, anonymous
	TotalMB float64 // resident in all, with mapped pages of the database
	Written int64   // bytes handed to the disk, by the system's pages: of a file that it holds in larger ones it counts those whole
	Passed  int64   // bytes handed to the system, whatever for
}

func usageOf(pid int) (u procUsage, err error) {
	status, err := procFields(pid, "status")
	if err != nil {
		return u, err
	}
	io, err := procFields(pid, "io")
	if err != nil {
		return u, err
	}
	u.AnonMB, u.TotalMB = round(float64(status["RssAnon"])/1024, 1), round(float64(status["VmRSS"])/1024, 1)
	u.Written, u.Passed = io["write_bytes"], io["wchar"]
	return u, nil
}

func procFields(pid int, name string) (map[string]int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		return nil, fmt.Errorf("read what the kernel knows of the agent: %w", err)
	}
	fields := map[string]int64{}
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(line, ":")
		words := strings.Fields(value)
		if !ok || len(words) == 0 {
			continue
		}
		if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
			fields[key] = n
		}
	}
	return fields, nil
}
