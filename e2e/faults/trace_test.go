package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// op is one thing that the traced process did to its files, or printed.
type op struct {
	what       string // write, truncate, sync, rename, link, unlink or print
	file       *inode
	at         int64 // write: offset; truncate: size
	data       []byte
	from, to   string // names
	start, end int    // lines of the trace between which it took place
}

// inode is a file whatever its name.
type inode struct{ name string } // the name is its first one

// traced are the system calls of the trace.
const traced = "openat,pwrite64,write,fdatasync,fsync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,link,linkat"

var (
	line    = regexp.MustCompile(`^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$`)
	end     = regexp.MustCompile(`^(.*)\) += (-?\d+)`)
	quoted  = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	numbers = regexp.MustCompile(`-?\d+`)
)

// reader makes ops of a trace.
type reader struct {
	folder string
	fds    map[string]*inode // nil: a folder, or of no interest
	rooted map[string]bool   // descriptors of the folder
	names  map[string]*inode
	places map[string]int64    // of the next write, by descriptor
	begun  map[string]*pending // by thread
	ops    []op
}

type pending struct {
	text  string
	start int
}

// readTrace reads what strace -f -xx wrote of a process that worked in a folder.
func readTrace(text []byte, folder string) ([]op, error) {
	r := &reader{folder: folder, fds: map[string]*inode{}, rooted: map[string]bool{}, places: map[string]int64{}, names: map[string]*inode{}, begun: map[string]*pending{}}
	in := bufio.NewScanner(bytes.NewReader(text))
	in.Buffer(nil, 64<<20)
	for n := 1; in.Scan(); n++ {
		m := line.FindStringSubmatch(in.Text())
		if m == nil {
			continue // a signal, or an end
		}
		thread, call, rest := m[1], m[2], m[3]
		start := n
		if head, unfinished := strings.CutSuffix(rest, " <unfinished ...>"); unfinished {
			r.begun[thread] = &pending{head, n}
			continue
		}
		if strings.Contains(in.Text(), " resumed>") {
			if r.begun[thread] == nil {
				return nil, fmt.Errorf("line %d: nothing was begun", n)
			}
			rest, start = r.begun[thread].text+rest, r.begun[thread].start
		}
		args, result, over := ended(rest)
		if !over || strings.HasPrefix(result, "-") {
			continue // it never ended, or failed
		}
		r.take(call, args, result, start, n)
	}
	return r.ops, in.Err()
}

// ended cuts a call into its arguments and its result. Nothing in the
// arguments has a parenthesis: all texts are in hex.
func ended(text string) (args, result string, over bool) {
	m := end.FindStringSubmatch(text)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

func (r *reader) take(call, args, result string, start, end int) {
	texts := [][]byte{}
	for _, q := range quoted.FindAllStringSubmatch(args, -1) {
		texts = append(texts, unhex(q[1]))
	}
	plain := numbers.FindAllString(quoted.ReplaceAllString(args, "_"), -1)
	fd, _, _ := strings.Cut(args, ",")
	fd = strings.TrimSpace(fd)
	add := func(o op) {
		o.start, o.end = start, end
		r.ops = append(r.ops, o)
	}
	switch call {
	case "openat":
		r.open(string(texts[0]), result)
	case "write":
		if fd == "1" {
			add(op{what: "print", data: texts[0]})
		} else if f := r.fds[fd]; f != nil {
			add(op{what: "write", file: f, at: r.places[fd], data: texts[0]})
			r.places[fd] += int64(len(texts[0]))
		}
	case "pwrite64":
		if f := r.fds[fd]; f != nil {
			at, _ := strconv.ParseInt(plain[len(plain)-1], 10, 64)
			add(op{what: "write", file: f, at: at, data: texts[0]})
		}
	case "ftruncate":
		if f := r.fds[fd]; f != nil {
			at, _ := strconv.ParseInt(plain[len(plain)-1], 10, 64)
			add(op{what: "truncate", file: f, at: at})
		}
	case "fdatasync", "fsync":
		if f := r.fds[fd]; f != nil || r.rooted[fd] {
			add(op{what: "sync", file: f})
		}
	case "rename", "renameat", "renameat2":
		from, to := string(texts[0]), string(texts[1])
		r.names[to] = r.names[from]
		delete(r.names, from)
		add(op{what: "rename", from: from, to: to})
	case "link", "linkat":
		r.names[string(texts[1])] = r.names[string(texts[0])]
		add(op{what: "link", from: string(texts[0]), to: string(texts[1])})
	case "unlink", "unlinkat":
		delete(r.names, string(texts[0]))
		add(op{what: "unlink", from: string(texts[0])})
	}
}

func (r *reader) open(path, fd string) {
	r.fds[fd], r.rooted[fd], r.places[fd] = nil, path == r.folder, 0
	if filepath.Dir(path) != r.folder {
		return
	}
	if r.names[path] == nil {
		r.names[path] = &inode{path}
	}
	r.fds[fd] = r.names[path]
}

func unhex(text string) []byte {
	out := make([]byte, 0, len(text)/4)
	for i := 0; i < len(text); i += 4 {
		b, _ := strconv.ParseUint(text[i+2:i+4], 16, 8)
		out = append(out, byte(b))
	}
	return out
}
