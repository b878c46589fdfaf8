package faults

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// archived is a file of the machine.
type archived struct {
	name string // absolute
	mode uint32 // permissions
	data []byte
}

// Modes of cpio(5).
const (
	cpioFolder  = 0o040000
	cpioFile    = 0o100000
	cpioTrailer = "TRAILER!!!"
)

// cpio packs files as the kernel unpacks them at a boot: cpio(5), new ASCII
// format. The folders of files are made.
func cpio(files []archived) []byte {
	var out bytes.Buffer
	var folders []string
	inode := 0
	entry := func(name string, mode uint32, data []byte) {
		inode++
		fmt.Fprintf(&out, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
			inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0, name)
		cpioPad(&out)
		out.Write(data)
		cpioPad(&out)
	}
	var folder func(name string)
	folder = func(name string) {
		if name == "." || slices.Contains(folders, name) {
			return
		}
		folder(path.Dir(name))
		folders = append(folders, name)
		entry(name, cpioFolder|0o755, nil)
	}
	for _, f := range files {
		name := strings.TrimPrefix(f.name, "/")
		folder(path.Dir(name))
		entry(name, cpioFile|f.mode, f.data)
	}
	entry(cpioTrailer, 0, nil)
	return out.Bytes()
}

// cpioPad: names and contents end at a multiple of four.
func cpioPad(out *bytes.Buffer) {
	for out.Len()%4 != 0 {
		out.WriteByte(0)
	}
}
