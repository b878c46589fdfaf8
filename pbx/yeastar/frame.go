package yeastar

import (
	"bytes"
	"errors"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

// Bounds of what is kept of a stream beside whole objects.
const (
	maxBroken = 64 << 10 // of an object that cannot be read
	maxLine   = 200      // of a line between objects
)

var errBroken = errors.New("it breaks off, and another report follows")

// piece is what a cutter has cut out: an object; what was to be one, with why
// it is none; or a line between objects, such as a banner.
type piece struct {
	object []byte
	why    error
	line   string
}

// cutter cuts a stream of bytes into JSON objects by their braces outside of
// strings. The manual says neither what parts them nor what the PBX says at
// login (API 2.0.0, TCP event reports), so anything may stand between two.
//
// An object that breaks off does not take all the next ones with it: a brace
// where no JSON can have one begins another. What cannot be JSON for another
// reason is doubtful from there on, and braces are then believed more than
// quotes.
type cutter struct {
	open    bool   // within an object
	object  []byte // what there is of it, bounded
	why     error  // what is wrong with it; nil: nothing so far
	depth   int
	quoted  bool
	escaped bool
	prev    byte // the newest that is no blank; of strings only their ends, while nothing is wrong
	newline bool // the newest byte ended a line
	line    []byte
}

// add takes one byte, and gives what it completes.
func (c *cutter) add(b byte) (piece, bool) {
	first := c.newline
	c.newline = b == '\n'
	switch {
	case !c.open && b == '{':
		c.begin()
		return piece{}, false
	case !c.open:
		return c.between(b)
	case b == '{' && c.another(first):
		p := c.broken()
		c.begin()
		return p, true
	}
	return c.within(b)
}

// end gives what is unfinished when nothing more comes.
func (c *cutter) end(why error) (piece, bool) {
	if !c.open {
		c.line = nil
		return piece{}, false
	}
	c.fail(why)
	p := c.broken()
	*c = cutter{}
	return p, true
}

func (c *cutter) begin() {
	*c = cutter{open: true, object: append(make([]byte, 0, 512), '{'), depth: 1, prev: '{'}
}

// between collects a line outside of objects.
func (c *cutter) between(b byte) (piece, bool) {
	if b != '\n' {
		if len(c.line) < maxLine {
			c.line = append(c.line, b)
		}
		return piece{}, false
	}
	text := strings.TrimSpace(string(c.line))
	c.line = nil
	return piece{line: text}, text != ""
}

// another tells whether a brace begins another object although this one has
// not ended; first: it stands at the beginning of a line.
func (c *cutter) another(first bool) bool {
	switch {
	case c.quoted && c.why == nil:
		return false
	case c.quoted:
		return first || c.prev == '}'
	case c.prev == ':':
		return first
	}
	return c.prev != ',' && c.prev != '['
}

func (c *cutter) within(b byte) (piece, bool) {
	if c.why == nil || len(c.object) < maxBroken {
		c.object = append(c.object, b)
	}
	c.follow(b)
	if c.depth == 0 {
		p := piece{object: c.object, why: c.why}
		if p.why == errBroken {
			p.why = nil // it has an end: whoever reads it says better what is wrong
		}
		*c = cutter{}
		return p, true
	}
	if len(c.object) >= maxBody {
		c.fail(errTooLong)
	}
	return piece{}, false
}

// follow keeps count of strings and braces.
func (c *cutter) follow(b byte) {
	switch {
	case c.escaped:
		c.escaped = false
	case c.quoted && b == '\\':
		c.escaped = true
	case c.quoted && b == '\n':
		c.quoted = false
		c.fail(errBroken)
	case c.quoted:
		c.quoted = b != '"'
		if !c.quoted {
			c.prev = '"'
		}
	case strings.ContainsRune(" \t\r\n", rune(b)):
		return
	default:
		c.outside(b)
	}
	if c.why != nil {
		c.prev = b
	}
}

func (c *cutter) outside(b byte) {
	switch b {
	case '"':
		if !strings.ContainsRune("{[,:", rune(c.prev)) {
			c.fail(errBroken)
		}
		c.quoted = true
	case '{':
		c.depth++
	case '}':
		c.depth--
	}
	c.prev = b
}

// fail notes the first thing that is wrong with the object; what is kept of
// it is bounded from here on.
func (c *cutter) fail(why error) {
	if c.why != nil {
		return
	}
	c.why = why
	if len(c.object) > maxBroken {
		c.object = bytes.Clone(c.object[:maxBroken])
	}
}

// broken gives the object that has no end.
func (c *cutter) broken() piece {
	c.fail(errBroken)
	return piece{object: c.object, why: c.why}
}

// event reads an object; it never fails.
func (p piece) event() hotel.Event {
	if p.why != nil {
		return Unreadable(p.object, p.why)
	}
	return read(p.object)
}

// report is the event and, of a whole object, its text.
func (p piece) report() pbx.Report {
	r := pbx.Report{Event: p.event()}
	if p.why == nil {
		r.Masked = maskedForm(p.object)
	}
	return r
}
