package sounds

import (
	"fmt"
	"io"

	"bellhop/sounds/mp3"
)

// isMP3 tells whether a file begins with the head of an MPEG audio frame:
// eleven bits set.
func isMP3(start []byte) bool {
	return len(start) >= 2 && start[0] == 0xff && start[1]&0xe0 == 0xe0
}

// openMP3 reads an MP3 file.
func openMP3(r io.Reader) (t *tape, err error) {
	defer unbroken(&err)
	data, err := readCoded(r, maxCoded)
	if err != nil {
		return nil, err
	}
	decoder, err := mp3.New(data)
	if err != nil {
		return nil, fmt.Errorf("it begins like an mp3 file: %w", err)
	}
	next := func() (_ []float32, err error) {
		defer unbroken(&err)
		return decoder.Next()
	}
	return &tape{format: "mp3", rate: decoder.Rate(), channels: decoder.Channels(), next: next}, nil
}
