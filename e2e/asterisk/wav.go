package asterisk

import (
	"bytes"
	"encoding/binary"
	"math"
)

// toneMillis is the length of a prompt that is made: short, and still long
// enough for a key to come while it plays.
const toneMillis = 150

// tone is a wav file, 16 bit, mono.
func tone(rate, millis int) []byte {
	n := rate * millis / 1000
	var out bytes.Buffer
	write := func(v any) { _ = binary.Write(&out, binary.LittleEndian, v) } // a buffer takes all
	out.WriteString("RIFF")
	write(uint32(36 + 2*n))
	out.WriteString("WAVEfmt ")
	write(uint32(16))
	write([]uint16{1, 1})
	write([]uint32{uint32(rate), uint32(2 * rate)})
	write([]uint16{2, 16})
	out.WriteString("data")
	write(uint32(2 * n))
	for i := range n {
		write(int16(4000 * math.Sin(2*math.Pi*440*float64(i)/float64(rate))))
	}
	return out.Bytes()
}
