package sim

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The bounds of the tree. The disk's size is [PBXOptions.Disk].
const (
	defaultDisk = 32 << 20
	maxNodes    = 4096 // files and folders
	maxPath     = 1024 // bytes
	maxName     = 255  // bytes of one part of a path
)

// What a PBX's disk says to what cannot be, beside fs.ErrNotExist, fs.ErrExist
// and fs.ErrPermission.
var (
	errDiskFull  = errors.New("no space left on device")
	errFolder    = errors.New("is a directory")
	errNoFolder  = errors.New("not a directory")
	errNotEmpty  = errors.New("directory not empty")
	errBadName   = errors.New("a path is UTF-8 without control characters, of at most 1024 bytes, with names of at most 255")
	errBadOffset = errors.New("invalid offset")
)

// fileTree is the PBX's disk: in memory, bounded in bytes and in files. Paths
// are absolute and cleaned by it, so that none leads out of it.
type fileTree struct {
	mu    sync.Mutex
	nodes map[string]*fileNode // by path; "/" among them
	links map[string]string    // path of a link to that of a folder that is none
	used  int64                // bytes in files
	size  int64                // bytes that fit
	now   func() time.Time
}

// fileNode is a file or a folder. It lives on for who has it open when its
// name is gone.
type fileNode struct {
	folder bool
	data   []byte
	time   time.Time
	mode   fs.FileMode // the permission bits, which are shown and mean nothing
	gone   bool        // has no name: what is written is dropped, and takes no space
}

func newFileTree(size int64, now func() time.Time) *fileTree {
	t := &fileTree{nodes: map[string]*fileNode{}, links: map[string]string{}, size: size, now: now}
	t.nodes["/"] = &fileNode{folder: true, time: now(), mode: 0o755}
	return t
}

// clean gives the one path of what a name means. It fails for what no disk
// takes; control characters are among it, so that a listing is one line each.
func (t *fileTree) clean(name string) (string, error) {
	if len(name) > maxPath || !utf8.ValidString(name) || strings.ContainsFunc(name, control) {
		return "", errBadName
	}
	name = path.Clean("/" + name)
	for part := range strings.SplitSeq(name, "/") {
		if len(part) > maxName {
			return "", errBadName
		}
	}
	for link, to := range t.links {
		if rest, inside := strings.CutPrefix(name+"/", link+"/"); inside {
			return path.Join(to, rest), nil
		}
	}
	return name, nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// find gives what is at a name. The caller holds mu.
func (t *fileTree) find(name string) (at string, n *fileNode, err error) {
	if at, err = t.clean(name); err != nil {
		return "", nil, err
	}
	if n = t.nodes[at]; n == nil {
		return at, nil, fs.ErrNotExist
	}
	return at, n, nil
}

// parent judges the folder that something is to be put in. The caller holds mu.
func (t *fileTree) parent(at string) error {
	switch folder := t.nodes[path.Dir(at)]; {
	case folder == nil:
		return fs.ErrNotExist
	case !folder.folder:
		return errNoFolder
	}
	return nil
}

// opening says how a file is opened for writing.
type opening struct {
	create, fresh bool // make it if it is not there; it must not be there
	empty         bool // drop what it holds
}

// open gives a file, made or emptied if that is asked for.
func (t *fileTree) open(name string, how opening) (*fileNode, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, n, err := t.find(name)
	switch {
	case err == nil && n.folder:
		return nil, errFolder
	case err == nil && how.fresh:
		return nil, fs.ErrExist
	case err == nil:
		if how.empty {
			return n, t.resize(n, 0)
		}
		return n, nil
	case !how.create || !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return t.add(at, &fileNode{mode: 0o644})
}

// add puts a new node at a path. The caller holds mu.
func (t *fileTree) add(at string, n *fileNode) (*fileNode, error) {
	if err := t.parent(at); err != nil {
		return nil, err
	}
	if len(t.nodes) >= maxNodes {
		return nil, errDiskFull
	}
	n.time = t.now()
	t.nodes[at] = n
	return n, nil
}

func (t *fileTree) mkdir(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, _, err := t.find(name)
	switch {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	_, err = t.add(at, &fileNode{folder: true, mode: 0o755})
	return err
}

// mkdirs makes a folder and all above it.
func (t *fileTree) mkdirs(name string) error {
	at, err := t.clean(name)
	if err != nil || at == "/" {
		return err
	}
	if err := t.mkdirs(path.Dir(at)); err != nil {
		return err
	}
	if err := t.mkdir(at); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// resize cuts a file or fills it up with zeros. The caller holds mu.
func (t *fileTree) resize(n *fileNode, size int64) error {
	have := int64(len(n.data))
	switch {
	case size < 0:
		return errBadOffset
	case n.folder:
		return errFolder
	case n.gone:
		return nil
	case size-have > t.size-t.used:
		return errDiskFull
	case size <= have:
		n.data = slices.Clone(n.data[:size]) // what is cut off takes no memory either
	default:
		n.data = append(n.data, make([]byte, size-have)...)
	}
	t.used += size - have
	n.time = t.now()
	return nil
}

// writeAt writes into a file; at -1 it adds to its end. Of what does not fit
// nothing is written.
func (t *fileTree) writeAt(n *fileNode, b []byte, at int64) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at == -1 {
		at = int64(len(n.data))
	}
	end := at + int64(len(b))
	switch {
	case at < 0 || end < at:
		return 0, errBadOffset
	case n.gone:
		return len(b), nil
	}
	if err := t.resize(n, max(end, int64(len(n.data)))); err != nil {
		return 0, err
	}
	return copy(n.data[at:], b), nil
}

// cut gives a file another size.
func (t *fileTree) cut(name string, size uint64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, n, err := t.find(name)
	if err != nil {
		return err
	}
	if size > uint64(t.size) {
		return errDiskFull
	}
	return t.resize(n, int64(size))
}

// halve drops the second half of a file.
func (t *fileTree) halve(n *fileNode) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.resize(n, int64(len(n.data)/2))
}

func (t *fileTree) readAt(n *fileNode, b []byte, at int64) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case at < 0:
		return 0, errBadOffset
	case at >= int64(len(n.data)):
		return 0, io.EOF
	}
	read := copy(b, n.data[at:])
	if read < len(b) {
		return read, io.EOF
	}
	return read, nil
}

// bytes gives a copy of what a file holds; nil if it is not there.
func (t *fileTree) bytes(name string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, n, err := t.find(name)
	if err != nil || n.folder {
		return nil
	}
	return append([]byte{}, n.data...)
}

// put makes a file hold what is given, whatever stood there.
func (t *fileTree) put(name string, data []byte) error {
	n, err := t.open(name, opening{create: true})
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.resize(n, int64(len(data))); err != nil {
		return err
	}
	copy(n.data, data)
	return nil
}

// remove takes away a file, or a folder that is empty.
func (t *fileTree) remove(name string, folder bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, n, err := t.find(name)
	switch {
	case err != nil:
		return err
	case folder && !n.folder:
		return errNoFolder
	case !folder && n.folder:
		return errFolder
	case at == "/" || len(t.below(at)) > 0:
		return errNotEmpty
	}
	t.drop(at, n)
	return nil
}

// drop takes a node's name away. The caller holds mu.
func (t *fileTree) drop(at string, n *fileNode) {
	delete(t.nodes, at)
	t.used -= int64(len(n.data))
	n.gone = true
}

// below lists the paths of all that is in a folder, sorted. The caller holds mu.
func (t *fileTree) below(at string) []string {
	var paths []string
	for name := range t.nodes {
		if name != at && strings.HasPrefix(name, inside(at)) {
			paths = append(paths, name)
		}
	}
	slices.Sort(paths)
	return paths
}

// inside is what the paths of all that is in a folder begin with.
func inside(at string) string { return strings.TrimSuffix(at, "/") + "/" }

// rename gives a file or a folder another path. A file takes the place of
// another one if over allows it; no folder takes anything's place.
func (t *fileTree) rename(from, to string, over bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	from, n, err := t.find(from)
	if err != nil {
		return err
	}
	to, there, err := t.find(to)
	switch {
	case err == nil && to == from:
		return nil
	case err == nil && (!over || n.folder || there.folder):
		return fs.ErrExist
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case n.folder && strings.HasPrefix(to, inside(from)):
		return errBadName
	}
	if err := t.parent(to); err != nil {
		return err
	}
	moved := append(t.below(from), from)
	for _, name := range moved {
		if len(to)+len(name)-len(from) > maxPath {
			return errBadName
		}
	}
	if there != nil {
		t.drop(to, there)
	}
	for _, name := range moved {
		t.nodes[to+strings.TrimPrefix(name, from)] = t.nodes[name]
		delete(t.nodes, name)
	}
	return nil
}

// set changes a node's time, if one is given, and its permission bits.
func (t *fileTree) set(name string, at time.Time, mode fs.FileMode) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, n, err := t.find(name)
	if err != nil {
		return err
	}
	if !at.IsZero() {
		n.time = at
	}
	n.mode = orElse(mode.Perm(), n.mode)
	return nil
}

// free is how many bytes and how many nodes still fit.
func (t *fileTree) free() (bytes int64, nodes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.size - t.used, maxNodes - len(t.nodes)
}

// fileInfo is what a listing tells of a node; it is an fs.FileInfo.
type fileInfo struct {
	name string // the last part of the path
	size int64
	mode fs.FileMode
	time time.Time
	link string // where it leads, for a link
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) ModTime() time.Time { return i.time }
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }

func (n *fileNode) info(name string) fileInfo {
	i := fileInfo{name: name, size: int64(len(n.data)), mode: n.mode, time: n.time}
	if n.folder {
		i.mode |= fs.ModeDir
		i.size = 4096
	}
	return i
}

// stat tells of what is at a name; of a link itself if follow is not set.
func (t *fileTree) stat(name string, follow bool) (fileInfo, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if link := path.Clean("/" + name); !follow && t.links[link] != "" {
		return t.linkInfo(link), nil
	}
	_, n, err := t.find(name)
	if err != nil {
		return fileInfo{}, err
	}
	return n.info(path.Base(path.Clean("/" + name))), nil
}

func (t *fileTree) linkInfo(link string) fileInfo {
	to := t.links[link]
	return fileInfo{name: path.Base(link), size: int64(len(to)), mode: fs.ModeSymlink | 0o777, time: t.nodes["/"].time, link: to}
}

// list tells of all that is in a folder, links included, sorted by name.
func (t *fileTree) list(name string) ([]fileInfo, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, n, err := t.find(name)
	if err != nil {
		return nil, err
	}
	if !n.folder {
		return nil, errNoFolder
	}
	var all []fileInfo
	for _, name := range t.below(at) {
		if path.Dir(name) == at {
			all = append(all, t.nodes[name].info(path.Base(name)))
		}
	}
	for link := range t.links {
		if path.Dir(link) == at {
			all = append(all, t.linkInfo(link))
		}
	}
	slices.SortFunc(all, func(a, b fileInfo) int { return strings.Compare(a.name, b.name) })
	return all, nil
}
