package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// TestNothingElseListens starts the program as it is installed, beside a
// simulated PBX, and reads from the kernel where it takes connections and
// datagrams: where its config says, and nowhere else.
func TestNothingElseListens(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream bool
		api    string // the section's keys in place of the rig's
		want   func(b *rig.Box) []string
	}{
		{"reports are pushed", false, "listen = %q", func(b *rig.Box) []string { return []string{"tcp " + b.PushTo, "tcp " + b.Open} }},
		{"reports are streamed", true, "listen = %q", func(b *rig.Box) []string { return []string{"tcp " + b.Open} }},
		{"over TLS", false, "tls = \"self\"\nlisten = %q", func(b *rig.Box) []string { return []string{"tcp " + b.PushTo, "tcp " + b.Open} }},
		{"no API", true, "listen = \"\" # %q", func(*rig.Box) []string { return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			pbx := rig.NewTelephones(t, "127.0.0.1", c.stream)
			o := rig.Options{PMS: "http://127.0.0.1:1", PBX: "http://" + pbx.Address}
			if c.stream {
				o.Event = pbx.StreamAddress
			}
			b := rig.NewBox(t, o)
			text, err := os.ReadFile(b.Config)
			if err != nil {
				t.Fatal(err)
			}
			had := fmt.Appendf(nil, "listen = %q\nsocket", b.Open)
			if !bytes.Contains(text, had) {
				t.Fatal("the rig's config has another form")
			}
			b.Write("bellhop.toml", string(bytes.Replace(text, had, fmt.Appendf(nil, c.api+"\nsocket", b.Open), 1)))
			l := b.Start()
			b.Ready(l)
			want := append(c.want(b), "unix "+b.Socket)
			slices.Sort(want)
			var got []string
			rig.Eventually(t, rig.NoticeTime, func() (bool, string) {
				got = listening(t, l.Pid())
				return len(got) >= len(want), fmt.Sprintf("it listens at %q, want %q", got, want)
			})
			for range 20 { // also a while later
				if !slices.Equal(got, want) {
					t.Fatalf("it listens at %q, want %q", got, want)
				}
				rig.Pass(t.Context(), 25*time.Millisecond)
				got = listening(t, l.Pid())
			}
			b.Stop(l)
		})
	}
}

// listening is where a process takes what comes from others, each as "tcp
// address", "udp address" or "unix path".
func listening(t *testing.T, pid int) (all []string) {
	t.Helper()
	folder := fmt.Sprintf("/proc/%d", pid)
	own := map[string]bool{}
	links, err := filepath.Glob(folder + "/fd/*")
	if err != nil || len(links) == 0 {
		t.Fatalf("the files of process %d: %v", pid, err)
	}
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			continue // closed meanwhile
		}
		if inode, is := strings.CutPrefix(target, "socket:["); is {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	found := map[string]bool{}
	for table, kind := range map[string]string{"tcp": "tcp", "tcp6": "tcp", "udp": "udp", "udp6": "udp", "udplite": "udp", "raw": "raw", "raw6": "raw"} {
		for _, row := range rows(t, folder+"/net/"+table) {
			// sl local remote state queues timer retries uid timeout inode
			if len(row) < 10 || !own[row[9]] {
				continue
			}
			local, remote := endpoint(t, row[1]), endpoint(t, row[2])
			if kind == "tcp" && row[3] == "0A" || kind != "tcp" && remote.Port() == 0 {
				found[kind+" "+local.String()] = true
			}
		}
	}
	for _, row := range rows(t, folder+"/net/unix") {
		// num references protocol flags type state inode path
		if len(row) == 8 && own[row[6]] && row[3] == "00010000" {
			found["unix "+row[7]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func rows(t *testing.T, path string) (all [][]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil // without IPv6, or UDP-Lite
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		all = append(all, strings.Fields(line))
	}
	return all[1:]
}

// endpoint reads an address as the kernel writes it: words of the machine's
// order in hexadecimal, and the port.
func endpoint(t *testing.T, text string) netip.AddrPort {
	t.Helper()
	words, portText, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(words)
	if err != nil {
		t.Fatal(err)
	}
	for word := range slices.Chunk(raw, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	addr, ok := netip.AddrFromSlice(raw)
	port, err := strconv.ParseUint(portText, 16, 16)
	if !ok || err != nil {
		t.Fatalf("%q is no address", text)
	}
	return netip.AddrPortFrom(addr, uint16(port))
}
