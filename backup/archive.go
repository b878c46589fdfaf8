// Package backup puts all that a box needs to be another one into one file, takes
// it elsewhere, and gets it back.
//
//	made, err := maker.Make(ctx, "", copy)          // an archive, checked, at its place
//	all, err := place.List(ctx)                     // what is there
//	stage, err := backup.Unpack(file, unlock, dir)  // read whole, each sum compared
//	err = plan.Carry(ctx, step)                     // every file to its place, or back to where it was
//
// An archive is a tar, compressed by gzip, and, if there is somebody to encrypt it
// to, encrypted by age (https://age-encryption.org). Its last entry is the
// [Manifest], with the size and SHA-256 of each file before it: one that was cut off
// has none. Without encryption no file that may hold a secret is in it.
//
// What comes from outside is an archive, and the list of files at a place. Both are
// bounded, and no name in either leads out of the folder that it is for.
package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// The folders of an archive.
const (
	FolderStore   = "store"   // the database and its log
	FolderConfig  = "config"  // bellhop.toml
	FolderSecrets = "secrets" // one a file, by their names
	FolderPins    = "pins"    // certificates and host keys that a person agreed to
	FolderState   = "state"   // what else lies beside the database
	FolderHooks   = "hooks"
	FolderSounds  = "sounds"
)

var folders = []string{FolderStore, FolderConfig, FolderSecrets, FolderPins, FolderState, FolderHooks, FolderSounds}

const (
	manifestName = "manifest.json"
	format       = 1
	// The bounds of an archive, in bytes and files.
	maxArchive  = 8 << 30
	maxFiles    = 20_000
	maxManifest = 8 << 20
	maxName     = 400
)

// ErrArchive says that a file is no whole archive of ours.
var ErrArchive = errors.New("it is no whole backup of Bellhop")

// Item is a file that is to go into an archive.
type Item struct {
	Name string // there, such as "hooks/minibar.lua"
	Path string // on this box; empty: Data is what it holds
	Data []byte
	// Secret: it may hold a secret, and goes only into what is encrypted.
	Secret bool
}

// Manifest says what is in an archive.
type Manifest struct {
	Format   int       `json:"format"`
	Made     time.Time `json:"made"` // UTC, by the clock of the box that made it
	Hotel    string    `json:"hotel"`
	Version  string    `json:"version"` // of the program
	Clear    bool      `json:"clear"`   // nothing in it is secret
	Database Database  `json:"database"`
	Files    []File    `json:"files"`
}

// Database is what a copy of the database says of itself.
type Database struct {
	ID     string    `json:"id"`
	Events uint64    `json:"events"`
	LastID uint64    `json:"lastID"`
	Last   time.Time `json:"last"` // the newest believed time in it
}

// File is one of an archive.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Write makes an archive of items, in their order. A secret one is left out where
// the manifest says that the archive is clear. It gives the manifest as written.
func Write(w io.Writer, m Manifest, items []Item) (Manifest, error) {
	packed := gzip.NewWriter(w)
	t := tar.NewWriter(packed)
	m.Format, m.Files = format, nil
	for _, item := range items {
		if item.Secret && m.Clear {
			continue
		}
		if !GoodName(item.Name) {
			return m, fmt.Errorf("put %.99q into the backup: it is no name there", item.Name)
		}
		f, err := add(t, item, m.Made)
		if errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(item.Name, FolderStore+"/") {
			continue // gone since it was listed
		}
		if err != nil {
			return m, fmt.Errorf("put %s into the backup: %w", item.Name, err)
		}
		m.Files = append(m.Files, f)
	}
	text, err := json.Marshal(m)
	if err == nil {
		_, err = add(t, Item{Name: manifestName, Data: text}, m.Made)
	}
	if err = errors.Join(err, t.Close(), packed.Close()); err != nil {
		return m, fmt.Errorf("write the backup: %w", err)
	}
	return m, nil
}

func add(t *tar.Writer, item Item, made time.Time) (File, error) {
	from, size := io.Reader(bytes.NewReader(item.Data)), int64(len(item.Data))
	if item.Path != "" {
		file, err := os.Open(item.Path)
		if err != nil {
			return File{}, err
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return File{}, err
		}
		from, size = file, info.Size()
	}
	err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: item.Name, Size: size, Mode: 0o600, ModTime: made})
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	// One that grows meanwhile is cut, one that shrinks is an error.
	if _, err := io.CopyN(io.MultiWriter(t, sum), from, size); err != nil {
		return File{}, err
	}
	return File{item.Name, size, hexOf(sum)}, nil
}

func hexOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// Read gives each file of an archive to take, which need not read it to its end,
// and at last the manifest. Only when it returns without an error was the archive
// whole and each file what it should be.
func Read(r io.Reader, take func(name string, file io.Reader) error) (Manifest, error) {
	m, err := read(r, take)
	if err != nil {
		return Manifest{}, fmt.Errorf("read the backup: %w", err)
	}
	return m, nil
}

func read(r io.Reader, take func(name string, file io.Reader) error) (m Manifest, err error) {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	t := tar.NewReader(&bounded{packed, maxArchive})
	var files []File
	known := map[string]bool{}
	for {
		head, err := t.Next()
		if err != nil { // the end, too: the manifest has not come
			return m, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if head.Name == manifestName {
			break
		}
		switch {
		case head.Typeflag != tar.TypeReg || !GoodName(head.Name):
			return m, fmt.Errorf("%w: it has %.99q", ErrArchive, head.Name)
		case known[head.Name] || len(files) == maxFiles:
			return m, fmt.Errorf("%w: it has %.99q twice, or too many files", ErrArchive, head.Name)
		}
		known[head.Name] = true
		sum := sha256.New()
		counted := io.TeeReader(t, sum)
		if err := take(head.Name, counted); err != nil {
			return m, fmt.Errorf("%s: %w", head.Name, err)
		}
		if _, err := io.Copy(io.Discard, counted); err != nil {
			return m, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		files = append(files, File{head.Name, head.Size, hexOf(sum)})
	}
	text, err := io.ReadAll(io.LimitReader(t, maxManifest))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, packed) // up to gzip's own sum
	}
	switch {
	case err != nil:
		return m, fmt.Errorf("%w: %w", ErrArchive, err)
	case m.Format != format:
		return m, fmt.Errorf("it is of format %d, and this program reads %d: take a newer one", m.Format, format)
	case !slices.Equal(m.Files, files) && len(m.Files)+len(files) > 0:
		return m, fmt.Errorf("%w: its files are not those of its list", ErrArchive)
	}
	return m, nil
}

// GoodName tells whether a name is that of a file below one of the folders, as an
// archive has them.
func GoodName(name string) bool {
	first, rest, below := strings.Cut(name, "/")
	return below && rest != "" && slices.Contains(folders, first) && fs.ValidPath(name) && len(name) <= maxName &&
		!strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f })
}

// bounded is a reader that refuses to give more than so much: a small file may
// unpack to a large one.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("%w: it unpacks to more than %d bytes", ErrArchive, int64(maxArchive))
	}
	return n, err
}

// Unpack writes the files of an archive below a folder, readable by their owner
// alone and synced, and gives what the archive says of itself.
func Unpack(r io.Reader, folder string) (Manifest, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Manifest{}, fmt.Errorf("unpack the backup: %w", err)
	}
	defer root.Close()
	return Read(r, func(name string, from io.Reader) error {
		if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, from)
		return errors.Join(err, f.Sync(), f.Close())
	})
}
