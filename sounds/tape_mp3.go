package sounds

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/hajimehoshi/go-mp3"
)

// openMP3 reads an MP3 file. The decoder gives two channels of 16 bits,
// whatever the file has. It does not say so where it gives noise: with the low
// rates of MPEG 2. Those are refused here.
func openMP3(in io.Reader) (t *tape, err error) {
	defer unbroken(&err)
	r := bufio.NewReaderSize(in, 16<<10)
	head, err := firstFrame(r)
	if err != nil {
		return nil, err
	}
	switch {
	case head.layer() != layer3:
		return nil, errors.New("it is an mpeg sound file, but no mp3 (layer III): save it as wav or mp3")
	case head.version() != mpeg1:
		return nil, errors.New("it is an mp3 of less than 32000 samples a second, which is not read here: save it as wav, or as mp3 of 44100")
	}
	decoder, err := mp3.NewDecoder(plainReader{r})
	if err != nil {
		return nil, fmt.Errorf("it begins like an mp3 file but cannot be read as one: %w", noEOF(err))
	}
	m := &mp3Tape{decoder: decoder, raw: make([]byte, 4*tapeBlock), block: make([]float32, 2*tapeBlock)}
	return &tape{format: "mp3", rate: decoder.SampleRate(), channels: 2, next: m.next}, nil
}

// plainReader hides that a reader can do more than read: the decoder would
// search the whole file first.
type plainReader struct{ io.Reader }

type mp3Tape struct {
	decoder *mp3.Decoder
	raw     []byte
	block   []float32
}

func (m *mp3Tape) next() (_ []float32, err error) {
	defer unbroken(&err)
	n, err := io.ReadFull(m.decoder, m.raw)
	if n < 2 || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	for i := range n / 2 {
		m.block[i] = float32(int16(binary.LittleEndian.Uint16(m.raw[2*i:]))) / fullScale
	}
	return m.block[:n/2], nil
}

// mp3Head is the head of an MPEG audio frame (ISO 11172-3, 2.4.1.3): eleven
// bits set, then fields of which some values are not in use.
type mp3Head uint32

const (
	mpeg1  = 3
	layer3 = 1
)

func (h mp3Head) version() int { return int(h >> 19 & 3) }
func (h mp3Head) layer() int   { return int(h >> 17 & 3) }

func (h mp3Head) valid() bool {
	bitrate, rate := h>>12&15, h>>10&3
	return h>>21 == 0x7ff && h.version() != 1 && h.layer() != 0 && bitrate != 0 && bitrate != 15 && rate != 3
}

// isMP3 tells whether a file begins with a frame.
func isMP3(start []byte) bool {
	return len(start) >= 4 && mp3Head(binary.BigEndian.Uint32(start)).valid()
}

// firstFrame leaves out what titles stand before the sound (ID3, version 2)
// and gives the head of the first frame, which r is still to give.
func firstFrame(r *bufio.Reader) (mp3Head, error) {
	if tag, err := r.Peek(10); err == nil && string(tag[:3]) == "ID3" {
		size := int(tag[6])<<21 | int(tag[7])<<14 | int(tag[8])<<7 | int(tag[9])
		if _, err := r.Discard(10 + size); err != nil {
			return 0, fmt.Errorf("the mp3 file ends in its titles: %w", noEOF(err))
		}
	}
	for range 4096 { // some programs leave room after the titles
		start, err := r.Peek(4)
		if err != nil {
			break
		}
		if isMP3(start) {
			return mp3Head(binary.BigEndian.Uint32(start)), nil
		}
		r.Discard(1)
	}
	return 0, errors.New("it begins like an mp3 file, but no sound follows the titles")
}
