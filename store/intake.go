package store

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// intakeSuffix names the intake log, which lies beside the database.
const intakeSuffix = "-intake"

const (
	slotSize = 4 << 10
	slots    = 128
	// roundHead is magic, CRC-32C of all that follows it, length of the
	// records, round number, and the run that wrote it.
	roundHead  = 4 + 4 + 4 + 8 + 8
	roundMagic = 0x42484C31 // "BHL1"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// intake is a small log of pushes that are acknowledged and not yet in the
// journal. Whoever waits for an answer waits for one sync of blocks that the
// file has already; the commit into the database, two syncs of many pages
// strewn over it, comes within [linger] and is shared by all that came
// meanwhile. It makes their records worthless. What the last run did not come
// to commit is put into the journal when the store is opened.
//
// The file is a ring of slots as large as a disk's page. A round is what is
// written at once: it begins with a slot and fills as many as it needs, so that
// nothing acknowledged shares a page with what is being written.
//
//	round   magic 4 · CRC 4 · length 4 · number 8 · run 8 · records
//	record  event id 8 · length 4 · the event as in the journal · length 4 · raw bytes
type intake struct {
	file *os.File // nil: there is none, every push waits for its commit
	run  string   // see [meta]
	last uint64   // number of the newest round
	next int      // slot of the next round
	busy int      // slots of rounds that are not committed
	buf  []byte
}

// taken is one record of the intake log.
type taken struct {
	id    uint64
	event []byte // JSON of kept
	raw   []byte
}

// room tells whether records can be written now.
func (in *intake) room(records []taken) bool {
	need, left := slotsFor(records), slots-in.next
	if need > left {
		need += left // it begins anew at the front
	}
	return in.file != nil && in.busy+need <= slots
}

func slotsFor(records []taken) int {
	size := roundHead
	for _, r := range records {
		size += 16 + len(r.event) + len(r.raw)
	}
	return (size + slotSize - 1) / slotSize
}

// write syncs a round to disk; there must be room for it. After an error
// nothing is known of the file: it is not used any more, and the next commit
// makes worthless whatever got there.
func (in *intake) write(records []taken) error {
	err := in.sync(records)
	if err != nil {
		err = fmt.Errorf("intake log: %w", errors.Join(err, in.close()))
	}
	return err
}

func (in *intake) sync(records []taken) error {
	in.last++
	need := slotsFor(records)
	if left := slots - in.next; need > left {
		in.busy += left
		in.next = 0
	}
	in.encode(records, need*slotSize)
	at := int64(in.next) * slotSize
	in.busy += need
	in.next = (in.next + need) % slots
	if _, err := in.file.WriteAt(in.buf, at); err != nil {
		return err
	}
	return syncData(in.file)
}

func (in *intake) encode(records []taken, size int) {
	b := append(in.buf[:0], make([]byte, roundHead)...)
	for _, r := range records {
		b = binary.BigEndian.AppendUint64(b, r.id)
		for _, part := range [][]byte{r.event, r.raw} {
			b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
			b = append(b, part...)
		}
	}
	binary.BigEndian.PutUint32(b, roundMagic)
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-roundHead))
	binary.BigEndian.PutUint64(b[12:], in.last)
	copy(b[20:roundHead], in.run)
	binary.BigEndian.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
	in.buf = append(b, make([]byte, size-len(b))...)
}

// committed frees every slot.
func (in *intake) committed() { in.busy = 0 }

// openIntake opens the log, or makes it, and reads what the database did not
// come to commit. A log that cannot be had is done without.
func openIntake(path string, m meta) (in intake, records []taken) {
	data := readIntake(path)
	in = intake{}
	records, in.last, in.next = rounds(data, m)
	if len(data) == slots*slotSize {
		in.file, _ = os.OpenFile(path, os.O_RDWR, 0o600)
	} else if len(records) == 0 {
		in.file, _ = newIntake(path)
	}
	in.next %= slots
	return in, records
}

// close is for the writer, and for when it has ended.
func (in *intake) close() error {
	if in.file == nil {
		return nil
	}
	f := in.file
	in.file = nil
	return f.Close()
}

// readIntake reads the log; a slot that the disk does not give is empty.
func readIntake(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data := make([]byte, slots*slotSize)
	for at := 0; at < len(data); at += slotSize {
		slot := data[at : at+slotSize]
		if _, err := f.ReadAt(slot, int64(at)); errors.Is(err, io.EOF) {
			return data[:at]
		} else if err != nil {
			clear(slot)
		}
	}
	return data
}

// newIntake makes an empty log with all its blocks, so that no later sync has
// to give it any.
func newIntake(path string) (*os.File, error) {
	err := removeIfThere(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the intake log: %w", err)
	}
	for range slots { // one by one, so that the system caches them as single pages
		_, werr := f.Write(make([]byte, slotSize))
		err = errors.Join(err, werr)
	}
	if err = errors.Join(err, f.Sync(), syncFolder(filepath.Dir(path))); err != nil {
		return nil, errors.Join(fmt.Errorf("make the intake log: %w", err), f.Close(), os.Remove(path))
	}
	return f, nil
}

// rounds finds the records that the run which made the newest commit did not
// come to commit, in the order of their ids; the newest round's number, and the slot behind it.
func rounds(data []byte, m meta) (records []taken, last uint64, end int) {
	last = m.Round
	for slot := 0; slot*slotSize < len(data); {
		r, size := readRound(data[slot*slotSize:], m.Run)
		slot += max(1, size)
		if size == 0 || r.number <= m.Round {
			continue
		}
		if r.number > last {
			last, end = r.number, slot
		}
		records = append(records, r.records...)
	}
	slices.SortFunc(records, func(a, b taken) int { return cmp.Compare(a.id, b.id) })
	return records, last, end
}

type round struct {
	number  uint64
	records []taken
}

// readRound reads the round at the front of data and how many slots it fills;
// 0 when there is no whole one of that run.
func readRound(data []byte, run string) (r round, size int) {
	if len(data) < roundHead || binary.BigEndian.Uint32(data) != roundMagic || string(data[20:roundHead]) != run {
		return r, 0
	}
	length := int(binary.BigEndian.Uint32(data[8:]))
	if length > len(data)-roundHead {
		return r, 0
	}
	all := data[:roundHead+length]
	if crc32.Checksum(all[8:], castagnoli) != binary.BigEndian.Uint32(all[4:]) {
		return r, 0
	}
	r.number = binary.BigEndian.Uint64(all[12:])
	for rest := all[roundHead:]; len(rest) > 0; {
		var t taken
		var whole bool
		if t, rest, whole = readTaken(rest); !whole {
			return r, 0
		}
		r.records = append(r.records, t)
	}
	return r, (len(all) + slotSize - 1) / slotSize
}

func readTaken(data []byte) (t taken, rest []byte, whole bool) {
	if len(data) < 8 {
		return t, nil, false
	}
	t.id, data = readNumber(data[:8]), data[8:]
	if t.event, data, whole = readPart(data); !whole || !json.Valid(t.event) {
		return t, nil, false
	}
	t.raw, data, whole = readPart(data)
	return t, data, whole
}

func readPart(data []byte) (part, rest []byte, whole bool) {
	if len(data) < 4 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint32(data))
	if data = data[4:]; n > len(data) {
		return nil, nil, false
	}
	return data[:n], data[n:], true
}
