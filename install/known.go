package install

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// known is what stands on the server by our doing.
type known struct {
	Version int                  `json:"version"`
	Server  string               `json:"server"`
	Files   map[string]knownFile `json:"files"`
}

// knownFile is what a file held when it was last read in full, and how it was
// listed then.
type knownFile struct {
	State
	Stamp string `json:"stamp,omitempty"`
	Run   string `json:"run"` // that put it there; "": none of ours, it was there already
}

func readKnown(text []byte) (known, error) {
	var k known
	if err := strict(text, &k); err != nil {
		return known{}, err
	}
	if k.Version != recordVersion {
		return known{}, fmt.Errorf("version %d; this program knows %d", k.Version, recordVersion)
	}
	if k.Files == nil {
		k.Files = map[string]knownFile{}
	}
	for name, f := range k.Files {
		if err := errors.Join(checkPath(name), f.check()); err != nil {
			return known{}, fmt.Errorf("file %q: %w", name, err)
		}
		if !f.Present || f.Run != "" && !isRunID(f.Run) {
			return known{}, fmt.Errorf("file %q: what stands there has a sum, and perhaps a run", name)
		}
	}
	return k, nil
}

// saveKnown puts it to disk; settle(dir) makes it last.
func (r records) saveKnown(k known) error {
	text, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return fmt.Errorf("keep a record: %w", err)
	}
	return write(r.knownFile(), append(text, '\n'), true)
}

func (r records) knownFile() string { return filepath.Join(r.dir, "installed.json") }

// known reads what stands there. A file that cannot be read is an error; one
// that is not there means that nothing does.
func (r records) known() (known, error) {
	text, err := readBounded(r.knownFile(), maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return known{Version: recordVersion, Files: map[string]knownFile{}}, nil
	}
	var k known
	if err == nil {
		k, err = readKnown(text)
	}
	if err != nil {
		return known{}, fmt.Errorf("record %s: %w", r.knownFile(), err)
	}
	return k, nil
}
