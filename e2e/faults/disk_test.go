package faults

import (
	"math/rand/v2"
	"slices"
)

// moment is what had happened up to a line of the trace.
type moment struct {
	synced  []op // writes that were on the disk for certain, in their order
	pending []op // those of which any part may be
	renames []op // changes of names that were synced with the folder
	loose   []op // those that were not: the disk keeps their order
	prints  [][]byte
}

// upTo says what had happened when a line was written. A write is on the disk
// when its file was synced after it had ended; what had only begun is pending.
func upTo(ops []op, line int) (m moment) {
	for i, o := range ops {
		if o.start > line {
			continue
		}
		switch o.what {
		case "print":
			m.prints = append(m.prints, o.data)
		case "write", "truncate":
			if syncedBy(ops[i:], o, line) {
				m.synced = append(m.synced, o)
			} else {
				m.pending = append(m.pending, o)
			}
		case "rename", "link", "unlink":
			if syncedBy(ops[i:], o, line) {
				m.renames = append(m.renames, o)
			} else {
				m.loose = append(m.loose, o)
			}
		}
	}
	return m
}

// syncedBy tells whether a sync of the same file, of the folder for a name,
// began after the op had ended, and ended by that line.
func syncedBy(later []op, o op, line int) bool {
	return slices.ContainsFunc(later, func(s op) bool {
		return s.what == "sync" && s.file == o.file && s.start > o.end && s.end <= line
	})
}

// image is what a disk holds.
type image struct {
	data  map[*inode][]byte
	names map[string]*inode
}

func (d *image) apply(o op) {
	b := d.data[o.file]
	switch o.what {
	case "write":
		if need := int(o.at) + len(o.data); need > len(b) {
			b = append(b, make([]byte, need-len(b))...)
		}
		copy(b[o.at:], o.data)
	case "truncate":
		b = append(b[:min(len(b), int(o.at))], make([]byte, max(0, int(o.at)-len(b)))...)
	}
	d.data[o.file] = b
}

func (d *image) rename(o op) {
	switch o.what {
	case "rename":
		d.names[o.to] = d.names[o.from]
		delete(d.names, o.from)
	case "link":
		d.names[o.to] = d.names[o.from]
	case "unlink":
		delete(d.names, o.from)
	}
}

const sector = 512

// torn is what a disk may have of a write: any of its sectors.
func torn(o op, r *rand.Rand) (parts []op) {
	if o.what != "write" {
		return []op{o}
	}
	for from := 0; from < len(o.data); from += sector {
		if r.IntN(2) == 0 {
			part := o
			part.at, part.data = o.at+int64(from), o.data[from:min(len(o.data), from+sector)]
			parts = append(parts, part)
		}
	}
	return parts
}

// The ways in which a power cut may leave what was pending.
const (
	wayNothing = iota
	wayAll
	wayAllButOne
	waySome // and more
)

// state is the disk after a power cut. Which files there are, the trace's
// opens say: a new one has its name with its first sync, as on the file systems
// in use.
func (m moment) state(files []*inode, way int, r *rand.Rand) *image {
	d := &image{data: map[*inode][]byte{}, names: map[string]*inode{}}
	for _, f := range files {
		d.names[f.name] = f
	}
	for _, o := range m.renames {
		d.rename(o)
	}
	loose := r.IntN(len(m.loose) + 1)
	chosen := m.pending
	switch way {
	case wayNothing:
		chosen, loose = nil, 0
	case wayAll:
		loose = len(m.loose)
	case wayAllButOne:
		if len(chosen) > 0 {
			at := r.IntN(len(chosen))
			chosen = slices.Delete(slices.Clone(chosen), at, at+1)
		}
	default:
		chosen = nil
		for _, o := range m.pending {
			switch r.IntN(3) {
			case 0:
				chosen = append(chosen, o)
			case 1:
				chosen = append(chosen, torn(o, r)...)
			}
		}
	}
	for _, o := range m.loose[:loose] {
		d.rename(o)
	}
	for _, o := range m.synced {
		d.apply(o)
	}
	for _, o := range chosen {
		d.apply(o)
	}
	return d
}
