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

// readBody reads one body into b. The declared length is a hint only: the manual's
// own examples declare 256 for 369 bytes. The object's end decides; a body
// that never completes is taken at the close, or a moment after the declared
// length; hurry is called when only that moment is left to wait.
func readBody(r *bufio.Reader, h head, b *body, hurry func()) error {
	if h.chunked {
		return readChunks(r, b)
	}
	if h.length > maxReport {
		return fmt.Errorf("read body: %w", errTooLong)
	}
	if err := readObjectBytes(r, h.length, b, hurry); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	// The rest of what was declared is tail of this body, not a request.
	for tail := h.length - len(b.text); tail > 0 && r.Buffered() > 0; tail-- {
		c, err := r.ReadByte()
		if err != nil {
			return nil
		}
		if err := b.add(c); err != nil {
			return fmt.Errorf("read body: %w", err)
		}
	}
	return nil
}

func readObjectBytes(r *bufio.Reader, length int, b *body, hurry func()) error {
	var f frame
	for length != 0 {
		declared := length > 0 && len(b.text) >= length
		if declared && r.Buffered() == 0 {
			hurry()
		}
		c, err := r.ReadByte()
		if errors.Is(err, io.EOF) && len(b.text) > 0 || declared && errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := b.add(c); err != nil {
			return err
		}
		if f.add(c) || !f.begun && len(b.text) == length {
			return nil
		}
	}
	return nil
}

func readChunks(r *bufio.Reader, b *body) error {
	for {
		left := maxHead
		line, err := readLine(r, &left)
		if err != nil {
			return fmt.Errorf("read chunk size: %w", err)
		}
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		if err != nil {
			return fmt.Errorf("read chunk size: %w", errHead)
		}
		if n == 0 {
			return nil
		}
		if err := b.room(int(n)); err != nil {
			return fmt.Errorf("read chunk: %w", err)
		}
		at := len(b.text)
		b.text = b.text[:at+int(n)]
		if _, err := io.ReadFull(r, b.text[at:]); err != nil {
			b.text = b.text[:at]
			return fmt.Errorf("read chunk: %w", err)
		}
		if _, err := readLine(r, &left); err != nil {
			return fmt.Errorf("read end of chunk: %w", err)
		}
	}
}
