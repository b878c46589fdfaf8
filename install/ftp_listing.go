package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"path"
	"strconv"
	"strings"

	"github.com/jlaffaye/ftp"
)

// heardConn keeps what comes over it.
type heardConn struct {
	net.Conn
	to *bytes.Buffer
}

func (c *heardConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.to.Write(b[:n])
	return n, err
}

// readListing joins what the library made of a listing with the listing
// itself. The library passes over lines that it does not understand, such as
// those with the names of months in Chinese: then the listing is not whole, and
// that a name is not in it proves nothing. "" as text: the lines are not known.
func readListing(found []*ftp.Entry, text string) listing {
	all := listing{entries: make(map[string]entry, len(found))}
	byName := map[string]string{}
	lines := 0
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.TrimSpace(line) == "" || isTotal(line) {
			continue
		}
		lines++
		if i := strings.LastIndexByte(line, ' '); i >= 0 {
			byName[line[i+1:]] = line
		}
	}
	for _, e := range found {
		if e.Name == "." || e.Name == ".." || e.Name == "" {
			continue
		}
		line := byName[e.Name[strings.LastIndexByte(e.Name, ' ')+1:]]
		it := entry{size: int64(min(e.Size, math.MaxInt64)), time: e.Time, to: e.Target, mode: modeIn(line)}
		switch {
		case e.Type == ftp.EntryTypeLink || isFactOfLink(line):
			it.kind = linkEntry
		case e.Type == ftp.EntryTypeFolder:
			it.kind = folderEntry
		}
		all.entries[e.Name] = it
	}
	all.whole = lines == len(found)
	return all
}

// isTotal knows the line with which ls -l begins, in whatever language.
func isTotal(line string) bool {
	fields := strings.Fields(line)
	if len(fields) != 2 {
		return false
	}
	_, err := strconv.ParseUint(strings.TrimSuffix(fields[1], "K"), 10, 64)
	return err == nil && !strings.Contains(fields[0], "=")
}

// modeIn finds the permission bits in a line as of ls -l, or in the facts of
// RFC 3659; 0 if there are none.
func modeIn(line string) fs.FileMode {
	if facts, _, ok := strings.Cut(line, " "); ok && strings.Contains(facts, ";") {
		for fact := range strings.SplitSeq(facts, ";") {
			if name, value, _ := strings.Cut(fact, "="); strings.EqualFold(name, "UNIX.mode") {
				bits, _ := strconv.ParseUint(value, 8, 32)
				return fs.FileMode(bits).Perm()
			}
		}
		return 0
	}
	if len(line) < 10 || !strings.ContainsRune("-dl", rune(line[0])) {
		return 0
	}
	var mode fs.FileMode
	for i, want := range "rwxrwxrwx" {
		mode <<= 1
		switch c := rune(line[1+i]); {
		case c == want, want == 'x' && (c == 's' || c == 't'):
			mode |= 1
		case c != '-' && c != 'S' && c != 'T':
			return 0
		}
	}
	return mode
}

// isFactOfLink knows a symbolic link among the facts of RFC 3659, which the
// library takes for a file.
func isFactOfLink(line string) bool {
	facts, _, _ := strings.Cut(line, " ")
	return strings.Contains(strings.ToLower(facts), "type=os.unix=slink")
}

// list enters the folder, so that no name in its path is taken for an option
// or a pattern.
func (s *ftpSession) list(ctx context.Context, folder string) (all listing, err error) {
	err = s.do(ctx, "enter folder", folder, func() error { return s.conn.ChangeDir(folder) })
	if errors.Is(err, ErrRefused) {
		err.(*Error).Kind = ErrMissing
	}
	if err != nil {
		return listing{}, err
	}
	err = s.do(ctx, "list", folder, func() error {
		s.most, s.heard = maxListing, new(bytes.Buffer)
		defer func() { s.heard = nil }()
		lines := s.heard
		entries, err := s.conn.List("")
		all = readListing(entries, lines.String())
		return err
	})
	if err == nil && !all.whole {
		err = s.names(ctx, folder, &all)
	}
	return all, err
}

// names asks for the bare names where a listing has lines that nobody can
// read. A server that cannot tell them either leaves it at that.
func (s *ftpSession) names(ctx context.Context, folder string, all *listing) error {
	var names []string
	err := s.do(ctx, "list", folder, func() (err error) {
		s.most = maxListing
		names, err = s.conn.NameList("")
		return err
	})
	if err != nil {
		if errors.Is(err, ErrLost) || ctx.Err() != nil {
			return err
		}
		return nil
	}
	for _, name := range names {
		name = path.Base(strings.TrimRight(name, "\r"))
		if _, known := all.entries[name]; !known && name != "." && name != ".." {
			all.entries[name] = entry{size: -1}
		}
	}
	all.whole = true
	return nil
}

// stamp asks for the time to the second where the listing does not tell it.
func (s *ftpSession) stamp(ctx context.Context, name string, e entry) (string, error) {
	if e.size < 0 {
		return "", nil
	}
	form := fmt.Sprintf("%d %s", e.size, e.time.UTC().Format("20060102150405"))
	if s.conn.IsTimePreciseInList() {
		return form, nil
	}
	if !s.exact {
		return coarse + form, nil
	}
	err := s.do(ctx, "ask for the time of", name, func() error {
		at, err := s.conn.GetTime(name)
		form = fmt.Sprintf("%d %s", e.size, at.UTC().Format("20060102150405"))
		return err
	})
	if err != nil && !errors.Is(err, ErrLost) && ctx.Err() == nil {
		s.exact = false
		return s.stamp(ctx, name, e)
	}
	return form, err
}
