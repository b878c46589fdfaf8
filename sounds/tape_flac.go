package sounds

import (
	"fmt"
	"io"

	"github.com/mewkiz/flac"
)

// openFLAC reads a FLAC file.
func openFLAC(r io.Reader) (t *tape, err error) {
	defer unbroken(&err)
	stream, err := flac.New(r)
	if err != nil {
		return nil, fmt.Errorf("read the flac header: %w", noEOF(err))
	}
	info := stream.Info
	if info.BitsPerSample < 4 || info.BitsPerSample > 32 {
		return nil, fmt.Errorf("the flac file has %d bits, not 4 to 32", info.BitsPerSample)
	}
	f := &flacTape{stream: stream, channels: int(info.NChannels), scale: 1 / float32(uint64(1)<<(info.BitsPerSample-1))}
	return &tape{format: "flac", rate: int(info.SampleRate), channels: f.channels, next: f.next}, nil
}

type flacTape struct {
	stream   *flac.Stream
	channels int
	scale    float32
	block    []float32
}

func (f *flacTape) next() (_ []float32, err error) {
	defer unbroken(&err)
	frame, err := f.stream.ParseNext()
	if err != nil {
		return nil, err
	}
	if len(frame.Subframes) != f.channels {
		return nil, fmt.Errorf("the flac file changes from %d channels to %d", f.channels, len(frame.Subframes))
	}
	f.block = f.block[:0]
	for i := range frame.Subframes[0].NSamples {
		for _, sub := range frame.Subframes {
			f.block = append(f.block, float32(sub.Samples[i])*f.scale)
		}
	}
	return f.block, nil
}
