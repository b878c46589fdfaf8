package yeastar

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// frame follows one JSON object by its braces, outside of strings.
type frame struct {
	depth   int
	quoted  bool
	escaped bool
	begun   bool
}

// add tells whether c completes the object.
func (f *frame) add(c byte) bool {
	switch {
	case f.escaped:
		f.escaped = false
	case f.quoted && c == '\\':
		f.escaped = true
	case c == '"':
		f.quoted = !f.quoted
	case f.quoted:
	case c == '{':
		f.depth++
		f.begun = true
	case c == '}':
		f.depth--
	}
	return f.begun && f.depth <= 0 && !f.quoted
}

// readBody reads one body. The declared length is a hint only: the manual's
// own examples declare 256 for 369 bytes. The object's end decides; a body
// that never completes is taken at the close, or a moment after the declared
// length; hurry is called when only that moment is left to wait.
func readBody(r *bufio.Reader, h head, hurry func()) ([]byte, error) {
	if h.chunked {
		return readChunks(r)
	}
	if h.length > maxBody {
		return nil, fmt.Errorf("read body: %w", errTooLong)
	}
	body, err := readObjectBytes(r, h.length, hurry)
	if err != nil {
		return body, fmt.Errorf("read body: %w", err)
	}
	// The rest of what was declared is tail of this body, not a request.
	for tail := h.length - len(body); tail > 0 && r.Buffered() > 0; tail-- {
		c, err := r.ReadByte()
		if err != nil {
			return body, nil
		}
		body = append(body, c)
	}
	return body, nil
}

func readObjectBytes(r *bufio.Reader, length int, hurry func()) ([]byte, error) {
	var body []byte
	var f frame
	for length != 0 {
		declared := length > 0 && len(body) >= length
		if declared && r.Buffered() == 0 {
			hurry()
		}
		c, err := r.ReadByte()
		if errors.Is(err, io.EOF) && len(body) > 0 || declared && errors.Is(err, os.ErrDeadlineExceeded) {
			return body, nil
		}
		if err != nil {
			return body, err
		}
		if len(body) >= maxBody {
			return body, errTooLong
		}
		body = append(body, c)
		if f.add(c) || !f.begun && len(body) == length {
			return body, nil
		}
	}
	return body, nil
}

func readChunks(r *bufio.Reader) ([]byte, error) {
	var body []byte
	for {
		left := maxHead
		line, err := readLine(r, &left)
		if err != nil {
			return body, fmt.Errorf("read chunk size: %w", err)
		}
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		if err != nil {
			return body, fmt.Errorf("read chunk size: %w", errHead)
		}
		if int(n)+len(body) > maxBody {
			return body, fmt.Errorf("read chunk: %w", errTooLong)
		}
		if n == 0 {
			return body, nil
		}
		at := len(body)
		body = append(body, make([]byte, n)...)
		if _, err := io.ReadFull(r, body[at:]); err != nil {
			return body[:at], fmt.Errorf("read chunk: %w", err)
		}
		if _, err := readLine(r, &left); err != nil {
			return body, fmt.Errorf("read end of chunk: %w", err)
		}
	}
}
