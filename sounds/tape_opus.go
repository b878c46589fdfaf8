package sounds

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pion/opus"
)

const (
	opusRate = 48000             // what an Opus decoder gives, whatever was recorded
	opusMost = opusRate / 25 * 3 // 120 ms, the longest packet
)

// openOpus reads Opus in Ogg (RFC 7845): what telephones' voice messages are.
func openOpus(head []byte, packets *oggReader) (t *tape, err error) {
	defer unbroken(&err)
	if len(head) < 19 {
		return nil, errors.New("the opus file's head is cut off")
	}
	channels, family := int(head[9]), head[18]
	if family != 0 || channels < 1 || channels > 2 {
		return nil, fmt.Errorf("the opus file has %d channels, not 1 or 2", channels)
	}
	decoder, err := opus.NewDecoderWithOutput(opusRate, channels)
	if err != nil {
		return nil, fmt.Errorf("read opus: %w", err)
	}
	if _, err := packets.next(); err != nil { // title, artist …
		return nil, fmt.Errorf("read opus: %w", noEOF(err))
	}
	o := &opusTape{decoder: decoder, packets: packets, channels: channels, block: make([]float32, opusMost*channels)}
	o.skip = int(binary.LittleEndian.Uint16(head[10:])) // the codec's own run-up
	return &tape{format: "opus", rate: opusRate, channels: channels, next: o.next}, nil
}

type opusTape struct {
	decoder  opus.Decoder
	packets  *oggReader
	channels int
	skip     int
	block    []float32
}

func (o *opusTape) next() (_ []float32, err error) {
	defer unbroken(&err)
	for {
		packet, err := o.packets.next()
		if err != nil {
			return nil, err
		}
		n, err := o.decoder.DecodeToFloat32(packet, o.block)
		if err != nil {
			return nil, fmt.Errorf("read opus: %w", noEOF(err))
		}
		skipped := min(o.skip, n)
		o.skip -= skipped
		if n > skipped {
			return o.block[skipped*o.channels : n*o.channels], nil
		}
	}
}
