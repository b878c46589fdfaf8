package faults

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"bellhop/e2e/faults/guest"
)

// wire is a connection whose other side has said all that it will.
type wire struct {
	io.Reader
	bytes.Buffer
}

func (w *wire) Read(b []byte) (int, error) { return w.Reader.Read(b) }

func nbdOption(option uint32, data string) []byte {
	b := binary.BigEndian.AppendUint32([]byte(nbdHaveOption), option)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(data))), data...)
}

func nbdRequest(flags, kind uint16, at uint64, length uint32, data ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, nbdRequestMagic)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, flags), kind)
	b = binary.BigEndian.AppendUint64(append(b, "thehandl"...), at)
	return append(binary.BigEndian.AppendUint32(b, length), data...)
}

// nbdClient is all that a client says.
func nbdClient(requests ...[]byte) []byte {
	head := [][]byte{{0, 0, 0, 3}, nbdOption(8, ""), nbdOption(nbdOptionGo, "\x00\x00\x00\x00\x00\x00")}
	return bytes.Join(append(head, requests...), nil)
}

const fuzzDisk = 2 * page

// serveBytes answers what a client says, and gives the answers to requests.
func serveBytes(d *powerDisk, said []byte) (answers []byte, err error) {
	w := &wire{Reader: bytes.NewReader(said)}
	err = serveNBD(w, d)
	return w.Bytes(), err
}

func sectorOf(c byte) []byte { return bytes.Repeat([]byte{c}, sector) }

// A write is lost with the power until it is flushed, unless it went through
// the cache, and is read back until then.
func TestPowerDiskKeepsWhatWasFlushed(t *testing.T) {
	write := func(flags uint16, at uint64, c byte) []byte {
		return nbdRequest(flags, nbdWrite, page+at*sector, sector, sectorOf(c)...)
	}
	said := nbdClient(
		write(0, 0, 'a'), nbdRequest(0, nbdFlush, 0, 0), write(0, 0, 'x'), write(0, 1, 'x'),
		write(0, 2, 'x'), write(nbdFUA, 2, 'b'), nbdRequest(0, nbdRead, page+sector, sector),
	)
	for seed := range uint64(50) {
		d := newPowerDisk(make([]byte, fuzzDisk))
		answers, err := serveBytes(d, said)
		if err != nil || !bytes.HasSuffix(answers, sectorOf('x')) {
			t.Fatalf("the newest is not read: %v", err)
		}
		d.cut()
		if err := d.flush(); err != errDark {
			t.Fatalf("a flush without power: %v", err)
		}
		d.lose(rand.New(rand.NewPCG(seed, 1)))
		d.powerOn()
		got := string(d.seen[page]) + string(d.seen[page+2*sector])
		if got != "ab" && got != "xb" {
			t.Fatalf("seed %d: %q is on the medium", seed, got)
		}
	}
}

func FuzzNBD(f *testing.F) {
	f.Add(nbdClient())
	f.Add(nbdClient(nbdRequest(0, nbdWrite, page, sector, sectorOf('x')...), nbdRequest(0, nbdFlush, 0, 0), nbdRequest(0, nbdRead, 0, fuzzDisk)))
	f.Add(nbdClient(nbdRequest(nbdFUA, nbdWrite, 1<<63, 1<<31), nbdRequest(0, 77, 0, 0), nbdRequest(0, nbdRead, fuzzDisk, sector)))
	f.Add(nbdClient(nbdRequest(0, nbdWrite, fuzzDisk-sector, 3*sector, bytes.Repeat(sectorOf('x'), 3)...), nbdRequest(0, nbdFlush, 0, 0)))
	f.Add(nbdClient(nbdRequest(0, nbdBye, 0, 0)))
	f.Fuzz(func(t *testing.T, said []byte) {
		if len(said) > 1<<16 {
			return
		}
		d := newPowerDisk(make([]byte, fuzzDisk))
		_, _ = serveBytes(d, said)
		if len(d.kept) != fuzzDisk || len(d.seen) != fuzzDisk || len(d.cached)*sector > len(said) {
			t.Errorf("a disk of %d became %d, %d, and %d sectors are cached", fuzzDisk, len(d.kept), len(d.seen), len(d.cached))
		}
	})
}

func FuzzPowerBook(f *testing.F) {
	f.Add("acked 1 2 3\ntold k posting P1 101 minibar 350\nready 210\ndrained 900\n")
	f.Add("unsure 1 4 0\nunsure 1 4 x\nunsure 1\nacked 1 4 0\n")
	f.Add("acked 1 2\n\ntold\nbroken \"why\"\nacked 1 x 3\nready\nready -1\ndrained 99999999999999999999")
	f.Fuzz(func(t *testing.T, said string) {
		b := newPowerBook()
		entered := 0
		for line := range strings.Lines(said) {
			if b.enter(strings.Fields(line)) == nil {
				entered++
			}
		}
		if len(b.acked)+b.times > entered || len(b.unsure) > entered {
			t.Errorf("%d lines are %d reports and %d messages", entered, len(b.acked), b.times)
		}
		for _, r := range b.open() {
			if b.acked[r] {
				t.Errorf("%+v is open and acknowledged", r)
			}
		}
	})
}

// A machine unpacks what it boots from as cpio(5) says.
func TestCpioAsTheKernelReadsIt(t *testing.T) {
	got := cpio([]archived{{guest.Program, 0o755, []byte("12345")}})
	want := "070701" + "00000001" + "000081ed" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000008" + "00000000" + "bellhop\x00" + "\x00\x00" + "12345\x00\x00\x00"
	if !strings.HasPrefix(string(got), want) {
		t.Errorf("got %q", got)
	}
}
