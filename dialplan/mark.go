package dialplan

import (
	"bytes"
	"errors"
	"fmt"
)

// The marks around our block, each a line of its own. A block that was put
// behind a last line without an end says so, so that [Remove] can give back
// the very same bytes.
const (
	markBegin  = "; >>> bellhop >>>"
	markJoined = "; >>> bellhop >>> (the line before had no end)"
	markEnd    = "; <<< bellhop <<<"
)

// block is where our lines are in a file.
type block struct {
	start, end int // bytes
	first      int // line
	last       int
	joined     bool
}

// findBlock finds our block; nil: there is none. It is an error if the marks
// are not exactly one pair, or do not count because of a comment around them.
func findBlock(file []byte, lines []line) (*block, error) {
	var found *block
	var faults []error
	open := 0 // the line of a begin without its end
	for _, l := range lines {
		text := string(bytes.TrimSpace(file[l.start:l.end]))
		switch text {
		case markBegin, markJoined:
			if open > 0 || found != nil {
				faults = append(faults, fmt.Errorf("line %d: our block begins a second time", l.number))
				continue
			}
			open = l.number
			found = &block{start: l.start, first: l.number, joined: text == markJoined}
		case markEnd:
			if open == 0 {
				faults = append(faults, fmt.Errorf("line %d: our block ends and had not begun", l.number))
				continue
			}
			open = 0
			found.end, found.last = l.end, l.number
		default:
			continue
		}
		if l.hidden {
			faults = append(faults, fmt.Errorf("line %d: a mark of our block stands in a comment that goes over lines (;-- to --;)", l.number))
		}
	}
	if open > 0 {
		faults = append(faults, fmt.Errorf("line %d: our block begins and does not end", open))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("the marks of our block are broken; take all lines of it out by hand, from %q to %q: %w", markBegin, markEnd, errors.Join(faults...))
	}
	return found, nil
}
