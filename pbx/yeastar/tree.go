package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds of one report or answer. The longest report in the manual is below
// 1 KiB; answers are lists of what may be a thousand telephones.
const (
	maxBody    = 1 << 20
	maxReport  = 64 << 10 // of a report that is pushed
	maxDepth   = 16
	maxNodes   = 1 << 16 // as values take fifty times the memory of their text
	maxMembers = 64
)

// node is a JSON value that keeps repeated keys in their order: reports of
// format 1.0.0 repeat "ext" (S-series API 2.0.0, Login, parameter version).
type node struct {
	what  byte // '{', '[' or 's' for a scalar; 0 for null
	text  string
	raw   any // the scalar as decoded
	pairs []pair
	items []node
}

type pair struct {
	key   string
	value node
}

func parse(body []byte) (node, error) {
	if len(body) > maxBody {
		return node{}, fmt.Errorf("%d bytes, more than %d", len(body), maxBody)
	}
	if !json.Valid(body) {
		return node{}, errors.New("not well-formed JSON")
	}
	s := scan{text: body}
	n, err := s.node(0)
	if err != nil {
		return node{}, err
	}
	if n.what != '{' {
		return node{}, errors.New("not an object")
	}
	return n, nil
}

// scan reads text that is known to be well-formed JSON.
type scan struct {
	text  []byte
	at    int
	nodes int
}

// next passes over blanks and gives the byte after them.
func (s *scan) next() byte {
	for s.text[s.at] <= ' ' {
		s.at++
	}
	return s.text[s.at]
}

func (s *scan) node(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	if s.nodes++; s.nodes > maxNodes {
		return node{}, fmt.Errorf("more than %d values", maxNodes)
	}
	switch s.next() {
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case '"':
		text, err := s.str()
		return node{what: 's', text: text, raw: text}, err
	}
	switch word := s.word(); word {
	case "null":
		return node{}, nil
	case "true", "false":
		return node{what: 's', text: word, raw: word == "true"}, nil
	default:
		return node{what: 's', text: word, raw: json.Number(word)}, nil
	}
}

func (s *scan) object(depth int) (node, error) {
	n := node{what: '{'}
	for s.at++; s.next() != '}'; {
		if s.text[s.at] == ',' {
			s.at++
			s.next()
		}
		key, err := s.str()
		if err != nil {
			return n, err
		}
		s.next()
		s.at++ // the colon
		value, err := s.node(depth + 1)
		if err != nil {
			return n, err
		}
		n.pairs = append(n.pairs, pair{key, value})
	}
	s.at++
	return n, nil
}

func (s *scan) array(depth int) (node, error) {
	n := node{what: '['}
	for s.at++; s.next() != ']'; {
		if s.text[s.at] == ',' {
			s.at++
		}
		value, err := s.node(depth + 1)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, value)
	}
	s.at++
	return n, nil
}

// str reads a string. Most have nothing in them that needs decoding.
func (s *scan) str() (text string, err error) {
	from, plain := s.at, true
	for s.at++; s.text[s.at] != '"'; s.at++ {
		switch c := s.text[s.at]; {
		case c == '\\':
			plain = false
			s.at++
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	s.at++
	if plain {
		return string(s.text[from+1 : s.at-1]), nil
	}
	err = json.Unmarshal(s.text[from:s.at], &text)
	return text, err
}

var endsWord = []byte(" \t\r\n,]}")

// word reads a number, true, false or null.
func (s *scan) word() string {
	from := s.at
	for s.at < len(s.text) && bytes.IndexByte(endsWord, s.text[s.at]) < 0 {
		s.at++
	}
	return string(s.text[from:s.at])
}

// scalar gives the last value that is not empty among the spellings of one field.
func (n node) scalar(keys ...string) string {
	for _, key := range keys {
		found := ""
		for _, p := range n.pairs {
			if p.key == key && p.value.text != "" {
				found = p.value.text
			}
		}
		if found != "" {
			return found
		}
	}
	return ""
}

// get gives the value under the first spelling that has one; the last of
// those that are repeated.
func (n node) get(keys ...string) node {
	for _, key := range keys {
		found := node{}
		for _, p := range n.pairs {
			if p.key == key && p.value.what != 0 {
				found = p.value
			}
		}
		if found.what != 0 {
			return found
		}
	}
	return node{}
}
