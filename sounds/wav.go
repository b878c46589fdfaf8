package sounds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Codes of the formats that a wav file may hold, of RFC 2361.
const (
	wavPCM        = 1
	wavFloat      = 3
	wavALaw       = 6
	wavMuLaw      = 7
	wavExtensible = 0xfffe // the true code follows in the same chunk
)

// wavHead is what a wav file says of itself before its samples.
type wavHead struct {
	code     int // PCM …; of an extensible file the true one
	extended bool
	channels int
	rate     int
	bits     int
	// size is how many bytes of samples the file promises. Programs that
	// wrote to a pipe promise 0 or some gigabytes, since they did not know.
	size int64
}

// maxWavChunk bounds a chunk that is kept in memory: only "fmt " is, which has
// 16 to 40 bytes.
const maxWavChunk = 256

// readWavHead reads up to the first sample.
func readWavHead(r io.Reader) (wavHead, error) {
	var riff [12]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil {
		return wavHead{}, fmt.Errorf("read the wav header: %w", noEOF(err))
	}
	if string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return wavHead{}, errors.New("this is no wav file")
	}
	var head wavHead
	for found := false; ; {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return head, fmt.Errorf("read the wav header: no samples: %w", noEOF(err))
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch name := string(chunk[:4]); name {
		case "data":
			if !found {
				return head, errors.New("the wav file has samples before it says their format")
			}
			head.size = size
			return head, nil
		case "fmt ":
			if err := head.readFormat(r, size); err != nil {
				return head, err
			}
			found = true
		default:
			if _, err := io.CopyN(io.Discard, r, size); err != nil {
				return head, fmt.Errorf("the wav file ends in its chunk %q: %w", name, noEOF(err))
			}
		}
		if size%2 == 1 { // chunks begin at even places
			if _, err := io.CopyN(io.Discard, r, 1); err != nil {
				return head, fmt.Errorf("read the wav header: no samples: %w", noEOF(err))
			}
		}
	}
}

func (h *wavHead) readFormat(r io.Reader, size int64) error {
	if size < 16 || size > maxWavChunk {
		return fmt.Errorf("the wav file's format has %d bytes, not 16 to %d", size, maxWavChunk)
	}
	chunk := make([]byte, size)
	if _, err := io.ReadFull(r, chunk); err != nil {
		return fmt.Errorf("the wav file ends in its format: %w", noEOF(err))
	}
	h.code = int(binary.LittleEndian.Uint16(chunk))
	h.channels = int(binary.LittleEndian.Uint16(chunk[2:]))
	h.rate = int(min(binary.LittleEndian.Uint32(chunk[4:]), 1<<30)) // within an int of 32 bits
	h.bits = int(binary.LittleEndian.Uint16(chunk[14:]))
	if h.code == wavExtensible && size >= 26 {
		h.extended = true
		h.code = int(binary.LittleEndian.Uint16(chunk[24:]))
	}
	return nil
}

// openWav reads a wav file of any usual kind, for [Convert].
func openWav(r io.Reader) (*tape, error) {
	head, err := readWavHead(r)
	if err != nil {
		return nil, err
	}
	width, sample := head.decoder()
	if sample == nil {
		return nil, fmt.Errorf("the wav file's format %d with %d bits cannot be read: save it as PCM", head.code, head.bits)
	}
	left := head.size // to come; less than 0: up to the end, since it was not known
	if left == 0 || left >= 0x7f000000 {
		left = -1
	}
	if head.channels < 1 || head.channels > maxChannels { // before anything is made of that size
		return nil, fmt.Errorf("it has %d channels, not 1 to %d", head.channels, maxChannels)
	}
	raw := make([]byte, width*head.channels*tapeBlock)
	block := make([]float32, head.channels*tapeBlock)
	return &tape{format: "wav", rate: head.rate, channels: head.channels, next: func() ([]float32, error) {
		want := raw
		if left >= 0 {
			want = raw[:min(int64(len(raw)), left)]
		}
		if len(want) == 0 {
			return nil, io.EOF
		}
		n, err := io.ReadFull(r, want)
		if err != nil && left >= 0 {
			return nil, fmt.Errorf("the wav file is cut off: %d bytes are missing: %w", left-int64(n), noEOF(err))
		}
		if n == 0 || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		if left >= 0 {
			left -= int64(n)
		}
		n /= width
		for i := range block[:n] {
			block[i] = sample(raw[i*width:])
		}
		return block[:n], nil
	}}, nil
}

// decoder gives how many bytes a sample has and how they are read; nil: this
// kind is not read.
func (h *wavHead) decoder() (width int, sample func([]byte) float32) {
	switch [2]int{h.code, h.bits} {
	case [2]int{wavPCM, 8}:
		return 1, func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case [2]int{wavPCM, 16}:
		return 2, func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) / fullScale }
	case [2]int{wavPCM, 24}:
		return 3, func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case [2]int{wavPCM, 32}:
		return 4, func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31) }
	case [2]int{wavFloat, 32}:
		return 4, func(b []byte) float32 { return floatSample(binary.LittleEndian.Uint32(b)) }
	case [2]int{wavFloat, 64}:
		return 8, func(b []byte) float32 { return doubleSample(binary.LittleEndian.Uint64(b)) }
	case [2]int{wavALaw, 8}:
		return 1, func(b []byte) float32 { return aLaw(b[0]) }
	case [2]int{wavMuLaw, 8}:
		return 1, func(b []byte) float32 { return muLaw(b[0]) }
	}
	return 0, nil
}

// EncodeWav makes a file of samples at [Rate], as the PBX plays it.
func EncodeWav(samples []int16) []byte {
	size := uint32(2 * len(samples))
	b := make([]byte, 0, 44+size)
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, wavPCM)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, Rate)
	b = le.AppendUint32(b, 2*Rate)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, size)
	for _, s := range samples {
		b = le.AppendUint16(b, uint16(s))
	}
	return b
}

// noEOF tells a file that is cut off from one that has ended.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
