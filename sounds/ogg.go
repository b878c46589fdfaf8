package sounds

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// oggReader gives the packets of an Ogg file (RFC 3533) one by one. Pages are
// the file's pieces; packets lie across them.
type oggReader struct {
	data    []byte // what is left
	serial  uint32 // of the one stream that is read
	begun   bool
	packets [][]byte
	part    []byte // a packet whose end is on a later page
}

// next gives a packet, then io.EOF.
func (o *oggReader) next() ([]byte, error) {
	for len(o.packets) == 0 {
		if err := o.page(); err != nil {
			return nil, err
		}
	}
	packet := o.packets[0]
	o.packets = o.packets[1:]
	return packet, nil
}

const (
	oggHead      = 27
	oggContinued = 1 // the page begins with the rest of a packet
)

// page reads one page and cuts it into packets.
func (o *oggReader) page() error {
	if len(o.data) == 0 {
		return io.EOF
	}
	if len(o.data) < oggHead || string(o.data[:4]) != "OggS" {
		return errors.New("the ogg file is broken: no page where one should begin")
	}
	segments := int(o.data[26])
	if len(o.data) < oggHead+segments {
		return fmt.Errorf("the ogg file is cut off: %w", io.ErrUnexpectedEOF)
	}
	sizes := o.data[oggHead : oggHead+segments]
	size := 0
	for _, s := range sizes {
		size += int(s)
	}
	end := oggHead + segments + size
	if len(o.data) < end {
		return fmt.Errorf("the ogg file is cut off: %w", io.ErrUnexpectedEOF)
	}
	page := o.data[:end]
	o.data = o.data[end:]
	serial := binary.LittleEndian.Uint32(page[14:])
	if !o.begun {
		o.begun, o.serial = true, serial
	}
	if serial != o.serial {
		return nil // another stream of the file, or one after it
	}
	if oggSum(page) != binary.LittleEndian.Uint32(page[22:]) {
		return errors.New("the ogg file is broken: a page's checksum is wrong")
	}
	if page[5]&oggContinued == 0 {
		o.part = nil
	}
	o.cut(page[oggHead+segments:], sizes)
	return nil
}

// cut divides a page: a packet ends with a segment shorter than 255 bytes.
func (o *oggReader) cut(body, sizes []byte) {
	for _, s := range sizes {
		o.part = append(o.part, body[:s]...)
		body = body[s:]
		if s < 255 {
			o.packets = append(o.packets, o.part)
			o.part = nil
		}
	}
}

// oggSum is the checksum of a page, its own field taken as zeros: CRC-32 with
// the polynomial 0x04c11db7, bits not reversed.
func oggSum(page []byte) uint32 {
	var sum uint32
	for i, b := range page {
		if i >= 22 && i < 26 {
			b = 0
		}
		sum = sum<<8 ^ oggTable[byte(sum>>24)^b]
	}
	return sum
}

var oggTable = func() (table [256]uint32) {
	for i := range table {
		sum := uint32(i) << 24
		for range 8 {
			if sum&(1<<31) != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
		table[i] = sum
	}
	return table
}()

// openOgg reads what is in an Ogg file.
func openOgg(r io.Reader) (*tape, error) {
	data, err := readCoded(r, maxCoded)
	if err != nil {
		return nil, err
	}
	packets := &oggReader{data: data}
	first, err := packets.next()
	if err != nil {
		return nil, fmt.Errorf("read the ogg file: %w", noEOF(err))
	}
	switch {
	case bytes.HasPrefix(first, []byte("\x01vorbis")):
		return openVorbis(first, packets)
	case bytes.HasPrefix(first, []byte("OpusHead")):
		return openOpus(first, packets)
	}
	return nil, errors.New("the ogg file holds neither Vorbis nor Opus; it begins with " + printable(first))
}
