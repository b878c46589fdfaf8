package box

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Port is one on which somebody may send us something.
type Port struct {
	Network string // tcp or udp
	netip.AddrPort
}

func (p Port) String() string { return p.Network + " " + p.AddrPort.String() }

// Listening lists the ports that this process listens on, each once: those of
// its sockets that wait for whoever comes (proc(5), /proc/PID/net/tcp and so on).
func (s System) Listening() ([]Port, error) {
	own, err := s.sockets()
	if err != nil {
		return nil, fmt.Errorf("list our sockets: %w", err)
	}
	ports := []Port{}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile(filepath.Join(s.proc(), "self", "net", table))
		if errors.Is(err, fs.ErrNotExist) && table != "tcp" {
			continue // a kernel without it
		}
		if err != nil {
			return nil, fmt.Errorf("list our sockets: %w", err)
		}
		for line := range strings.Lines(string(text)) {
			port, inode, waits := socketOf(line, strings.TrimSuffix(table, "6"))
			if waits && own[inode] && !slices.Contains(ports, port) {
				ports = append(ports, port)
			}
		}
	}
	slices.SortFunc(ports, func(x, y Port) int { return x.Compare(y.AddrPort) })
	return ports, nil
}

// sockets are the inodes of this process's own.
func (s System) sockets() (map[string]bool, error) {
	folder := filepath.Join(s.proc(), "self", "fd")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, e := range entries {
		to, err := os.Readlink(filepath.Join(folder, e.Name()))
		if err != nil {
			continue // closed meanwhile
		}
		if inode, is := strings.CutPrefix(to, "socket:["); is {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return own, nil
}

// The states of sockets that wait for whoever comes (include/net/tcp_states.h):
// of TCP LISTEN, of UDP CLOSE, which is one that is connected to nobody.
const (
	stateListen = "0A"
	stateClose  = "07"
)

// socketOf reads a line of a table of sockets; waits is false for what is none,
// or has a far side.
func socketOf(line, network string) (p Port, inode string, waits bool) {
	words := strings.Fields(line)
	if len(words) < 10 {
		return p, "", false
	}
	want := stateListen
	if network == "udp" {
		want = stateClose
	}
	address, known := addressOf(words[1])
	return Port{network, address}, words[9], known && words[3] == want
}

// addressOf reads an address as the kernel prints it: words of 32 bits in the
// order of the computer's bytes, which is the little-endian one on all boxes.
func addressOf(text string) (a netip.AddrPort, known bool) {
	host, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw) != 4 && len(raw) != 16 {
		return a, false
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return a, false
	}
	addr, _ := netip.AddrFromSlice(raw) // of either length
	return netip.AddrPortFrom(addr.Unmap(), uint16(number)), true
}
