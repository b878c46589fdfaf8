package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Bounds of one report. The longest example of the manual is below 1 KiB.
const (
	maxBody    = 1 << 20
	maxDepth   = 16
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
	// The token reader alone would take some bodies that are no JSON.
	if !json.Valid(body) {
		return node{}, errors.New("not well-formed JSON")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, err := readNode(d, 0)
	if err != nil {
		return node{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return node{}, errors.New("data after the object")
	}
	if n.what != '{' {
		return node{}, errors.New("not an object")
	}
	return n, nil
}

func readNode(d *json.Decoder, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return node{}, err
	}
	switch t := token.(type) {
	case nil:
		return node{}, nil
	case json.Delim:
		if t == '{' {
			return readObject(d, depth)
		}
		return readArray(d, depth)
	default:
		return node{what: 's', text: fmt.Sprint(t), raw: t}, nil
	}
}

func readObject(d *json.Decoder, depth int) (node, error) {
	n := node{what: '{'}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return n, err
		}
		value, err := readNode(d, depth+1)
		if err != nil {
			return n, err
		}
		n.pairs = append(n.pairs, pair{key.(string), value})
	}
	_, err := d.Token()
	return n, err
}

func readArray(d *json.Decoder, depth int) (node, error) {
	n := node{what: '['}
	for d.More() {
		value, err := readNode(d, depth+1)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, value)
	}
	_, err := d.Token()
	return n, err
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
