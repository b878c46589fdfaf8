package yeastar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"bellhop/pbx"
)

// maxRecording is more than three hours of the widest sound that the PBX
// records: 8 kHz, 16 bit.
const maxRecording = 192 << 20

// FetchRecording implements [pbx.RecordingFetcher] (recording/get_random and
// recording/download).
func (d *Driver) FetchRecording(ctx context.Context, name string, w io.Writer) error {
	if name == "" || strings.ContainsAny(name, `/\`) || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("fetch recording: %q is no name of one: %w", name, pbx.ErrInvalid)
	}
	err := d.download(ctx, download{
		what: "recording",
		in:   params{"recording": name},
		query: func(token, key string) [][2]string {
			return [][2]string{{"recording", name}, {"random", key}, {"token", token}}
		},
		take: func(file *bufio.Reader) error { return copyRecording(w, file) },
	})
	if err != nil {
		return fmt.Errorf("fetch recording %s: %w", name, err)
	}
	return nil
}

func copyRecording(w io.Writer, file io.Reader) error {
	source := &sourceErrors{from: io.LimitReader(file, maxRecording+1)}
	n, err := io.Copy(w, source)
	switch {
	case source.err != nil:
		return &unanswered{source.err, false}
	case err != nil:
		return fmt.Errorf("write: %w", err)
	case n > maxRecording:
		return errTooLong
	case n == 0:
		return &unanswered{errors.New("the recording is empty"), false}
	}
	return nil
}

// sourceErrors remembers that it was reading that failed, not writing.
type sourceErrors struct {
	from io.Reader
	err  error
}

func (s *sourceErrors) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
