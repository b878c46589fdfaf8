package sounds

import (
	"errors"
	"fmt"
	"io"

	"github.com/jfreymuth/vorbis"
)

// openVorbis reads Vorbis in Ogg. Its three headers come first; the decoder
// is shown the first and the last as they are once they have been looked
// through, and none of the titles and remarks between them.
func openVorbis(head []byte, packets *oggReader) (t *tape, err error) {
	defer unbroken(&err)
	if err := checkVorbisHead(head); err != nil {
		return nil, fmt.Errorf("read vorbis: %w", err)
	}
	if _, err := packets.next(); err != nil {
		return nil, fmt.Errorf("read vorbis: %w", noEOF(err))
	}
	setup, err := packets.next()
	if err != nil {
		return nil, fmt.Errorf("read vorbis: %w", noEOF(err))
	}
	if err := checkVorbisSetup(setup); err != nil {
		return nil, fmt.Errorf("read vorbis: %w", err)
	}
	v := &vorbisTape{packets: packets}
	noRemarks := []byte("\x03vorbis\x00\x00\x00\x00\x00\x00\x00\x00\x01")
	for _, header := range [][]byte{head, noRemarks, setup} {
		if err := v.decoder.ReadHeader(header); err != nil {
			return nil, fmt.Errorf("read vorbis: %w", err)
		}
	}
	return &tape{format: "vorbis", rate: v.decoder.SampleRate(), channels: v.decoder.Channels(), next: v.next}, nil
}

type vorbisTape struct {
	decoder vorbis.Decoder
	packets *oggReader
}

func (v *vorbisTape) next() (_ []float32, err error) {
	defer unbroken(&err)
	for {
		packet, err := v.packets.next()
		if err != nil {
			return nil, err
		}
		block, err := v.decoder.Decode(packet)
		if err != nil {
			return nil, fmt.Errorf("read vorbis: %w", noEOF(err))
		}
		if len(block) > 0 { // the first packet gives none
			return block, nil
		}
	}
}

// checkVorbisHead looks at the sizes in the identification header (Vorbis I
// specification, 4.2.2).
func checkVorbisHead(head []byte) error {
	if len(head) < 30 {
		return io.ErrUnexpectedEOF
	}
	if channels := head[11]; channels < 1 || channels > maxChannels {
		return fmt.Errorf("it has %d channels, not 1 to %d", channels, maxChannels)
	}
	if short, long := head[28]&15, head[28]>>4; short < 6 || short > long || long > 13 {
		return errors.New("its blocks are of no size that there is")
	}
	return nil
}
