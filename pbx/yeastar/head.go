package yeastar

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const maxHead = 16 << 10

var (
	errTooLong = errors.New("longer than allowed")
	errHead    = errors.New("not a request")
)

// head is what matters of a request's head.
type head struct {
	minor   int // of HTTP/1.x
	length  int // -1: not declared
	chunked bool
	close   bool
}

// keepAlive: only where the end of the body was declared is it certain that
// what follows is a new request.
func (h head) keepAlive() bool { return h.minor >= 1 && !h.close && h.length >= 0 }

// readHead reads up to the blank line, or up to a line that begins with a
// brace: some examples of the manual have no blank line before the body.
// Headers that are not needed, such as Host, may hold anything.
func readHead(r *bufio.Reader) (head, error) {
	h := head{length: -1}
	left := maxHead
	for first := true; ; {
		if !first {
			next, err := r.Peek(1)
			if err != nil {
				return h, fmt.Errorf("read head: %w", err)
			}
			if next[0] == '{' {
				return h, nil
			}
		}
		line, err := readLine(r, &left)
		if err != nil && first && len(line) == 0 {
			return h, err // io.EOF between two requests is no fault
		}
		if err != nil {
			return h, fmt.Errorf("read head: %w", err)
		}
		if len(line) == 0 {
			if first {
				continue // blank lines before a request are let pass (RFC 9112, 2.2)
			}
			return h, nil
		}
		if !first {
			h.take(string(line))
			continue
		}
		first = false
		if err := h.takeRequest(string(line)); err != nil {
			return h, err
		}
	}
}

func readLine(r *bufio.Reader, left *int) ([]byte, error) {
	var line []byte
	for {
		c, err := r.ReadByte()
		if err != nil {
			return line, err
		}
		if *left--; *left < 0 {
			return line, errTooLong
		}
		if c == '\n' {
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		line = append(line, c)
	}
}

func (h *head) takeRequest(line string) error {
	words := strings.Fields(line)
	if len(words) < 3 || words[0] != "POST" || !strings.HasPrefix(words[2], "HTTP/1.") {
		return fmt.Errorf("read head: %w", errHead)
	}
	if words[2] != "HTTP/1.0" {
		h.minor = 1
	}
	return nil
}

func (h *head) take(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.ToLower(strings.TrimSpace(value))
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "content-length":
		if n, err := strconv.ParseUint(value, 10, 31); err == nil {
			h.length = int(n)
		}
	case "transfer-encoding":
		h.chunked = h.chunked || strings.Contains(value, "chunked")
	case "connection":
		h.close = h.close || strings.Contains(value, "close")
	}
}
