package luahooks

import (
	"fmt"
	"io/fs"
)

// Bundle is a file of the hotel's as it is in use, with the libraries that it
// needs: enough to use it again whatever the folder has by then.
type Bundle struct {
	File      string            `json:"file"`
	Version   string            `json:"version"`
	Text      string            `json:"text"`
	Libraries map[string]string `json:"libraries,omitempty"` // by their files
}

// Bundle gives a file of the hotel's that is in use; false when there is none.
func (s *Set) Bundle(file string) (b Bundle, ok bool) {
	src := s.own(file)
	if src == nil {
		return b, false
	}
	b = Bundle{File: src.name, Version: src.version, Text: string(src.text)}
	for _, lib := range src.libs {
		if b.Libraries == nil {
			b.Libraries = map[string]string{}
		}
		b.Libraries[lib.name] = string(lib.text)
	}
	return b, true
}

// Held are the versions of the folder's files that [Options].Hold held back.
func (s *Set) Held() map[string]string { return s.held }

// source compiles a bundle.
func (b *Bundle) source() (*source, error) {
	src, faults := compile(b.File, []byte(b.Text))
	if len(faults) > 0 {
		return nil, fmt.Errorf("use %s as it was: %w", b.File, faults[0])
	}
	libs := newLibraries(nil)
	libs.text = func(file string) ([]byte, error) {
		text, there := b.Libraries[file]
		if !there {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
	if fault := libs.link(src); fault != nil {
		return nil, fmt.Errorf("use %s as it was: %w", b.File, fault)
	}
	return src, nil
}
