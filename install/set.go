package install

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is one that the PBX is to have.
type File struct {
	Path string // on the server: absolute
	Data []byte // what it is to hold, unless Merge says
	// Merge makes what the file is to hold from what stands there, so that
	// what is not ours stays. It must give the same again for its own result,
	// and may be called any number of times. Its error says what cannot be
	// merged and what to do; it is part of the plan.
	Merge func(existing []byte, present bool) (wanted []byte, err error)
	// Last files are put when all others are there and proven: those that
	// refer to the others. Their replacement is as short as the server allows.
	Last bool
}

// Set is all files that an installation owns or has a part in.
type Set struct{ Files []File }

const (
	maxFiles = 2000
	maxSet   = 128 << 20 // bytes of Data together
	maxPath  = 1024
	// room is what a name must leave for our own endings.
	maxName = 255 - len(asideEnding)
)

// The endings of our own files beside a file that is being replaced: what is
// to stand there, and what stood there on servers that let nobody take a
// file's place. Nothing on a PBX reads a file by such a name.
const (
	newEnding   = ".bellhop-new"
	asideEnding = ".bellhop-old"
)

// Check says what is wrong with a set.
func (s Set) Check() error {
	if len(s.Files) > maxFiles {
		return fmt.Errorf("a set has at most %d files, and this one has %d", maxFiles, len(s.Files))
	}
	names := map[string]string{}
	total := 0
	var faults []error
	for _, f := range s.Files {
		if err := checkPath(f.Path); err != nil {
			faults = append(faults, err)
			continue
		}
		// On a server that does not tell capitals apart they would be one.
		if other, twice := names[strings.ToLower(f.Path)]; twice {
			faults = append(faults, fmt.Errorf("%s and %s are two files of one name", other, f.Path))
		}
		names[strings.ToLower(f.Path)] = f.Path
		if len(f.Data) > maxFile {
			faults = append(faults, fmt.Errorf("%s has %d bytes; a file has at most %d", f.Path, len(f.Data), maxFile))
		}
		total += len(f.Data)
	}
	if total > maxSet {
		faults = append(faults, fmt.Errorf("the files have %d bytes together; at most %d are taken", total, maxSet))
	}
	return errors.Join(faults...)
}

// checkPath allows what every server can be told.
func checkPath(name string) error {
	switch {
	case !strings.HasPrefix(name, "/") || path.Clean(name) != name || name == "/":
		return fmt.Errorf("%q is no clean absolute path of a file, such as /support/customcfg/a.conf", name)
	case len(name) > maxPath || len(path.Base(name)) > maxName:
		return fmt.Errorf("%q is too long for a path", name)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("%q has characters that no path has", name)
	case isOurs(name):
		return fmt.Errorf("%q ends as our own temporary files do", name)
	}
	return nil
}

// isOurs tells whether a name is that of a temporary file of ours.
func isOurs(name string) bool {
	return strings.HasSuffix(name, newEnding) || strings.HasSuffix(name, asideEnding)
}

// folderOf is the folder that a file is in.
func folderOf(name string) string { return path.Dir(name) }
