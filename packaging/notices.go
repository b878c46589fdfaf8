package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is one that the program is made of.
type module struct {
	path, version string
	folder        string // of its source, in the module cache
}

// modules gives those that the program is made of on any of the computers, in
// the order of their paths.
func modules(ctx context.Context, root string) ([]module, error) {
	var all []module
	for _, c := range computers {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/bellhop")
		cmd.Dir = root
		cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=", "GOWORK=off"), c.env...)
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("list the modules: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			if len(f) == 3 && !slices.ContainsFunc(all, func(m module) bool { return m.path == f[0] }) {
				all = append(all, module{f[0], f[1], f[2]})
			}
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// licences gives the texts of a module that must go along: its licence, its
// notice, its grant of patents. None is an error.
func licences(folder string) (texts [][]byte, err error) {
	var names []string
	for _, pattern := range []string{"LICEN[CS]E*", "UNLICENSE*", "COPYING*", "NOTICE*", "PATENTS*", "LICENSES/*"} {
		some, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		slices.Sort(some)
		names = append(names, some...)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if text = tidied(text); !slices.ContainsFunc(texts, func(t []byte) bool { return bytes.Equal(t, text) }) {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return nil, errors.New("no licence is in its folder: look where it is, and whether we may use it")
	}
	return texts, nil
}

// tidied has no blanks at the ends of lines, and no empty lines around.
func tidied(text []byte) []byte {
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	return []byte(strings.Trim(strings.Join(lines, "\n"), "\n"))
}

// known are licences by words that stand in no other's text; those who let us
// give the program away as it is.
var known = []struct {
	id    string // SPDX
	words *regexp.Regexp
}{
	{"Apache-2.0", regexp.MustCompile(`Apache License\s+Version 2\.0`)},
	{"MPL-2.0", regexp.MustCompile(`Mozilla Public License,? [Vv]ersion 2\.0`)},
	{"BSD-3-Clause", regexp.MustCompile(`(?s)Redistribution and use.*Neither the name`)},
	{"BSD-2-Clause", regexp.MustCompile(`Redistribution and use`)},
	{"Unlicense", regexp.MustCompile(`released into the public domain`)},
	{"MIT", regexp.MustCompile(`Permission is hereby granted, free of charge, to any person`)},
	{"ISC", regexp.MustCompile(`Permission to use, copy, modify, and(/or)? distribute this software`)},
	{"CC0-1.0", regexp.MustCompile(`CC0 1\.0 Universal`)},
}

// spdx names the licence of a text; empty: a person must look at it.
func spdx(text []byte) string {
	for _, k := range known {
		if k.words.Match(text) {
			return k.id
		}
	}
	return ""
}

// notices is the text that goes along with the program: who made what it is
// made of, and on what terms.
func notices(ctx context.Context, root string) ([]byte, error) {
	all, err := modules(ctx, root)
	if err != nil {
		return nil, err
	}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go's licence: %w", err)
	}
	// Without its version: the licence does not change with it.
	all = append(all, module{"Go, its standard library", "", strings.TrimSpace(string(goroot))})
	var out bytes.Buffer
	out.WriteString("Bellhop is under the Apache License 2.0 (LICENSE). It holds the following works of\nothers, unchanged; \"go mod download MODULE@VERSION\" fetches the source of each.\nThis file is made by \"make notices\".\n")
	section := func(title string, texts ...[]byte) {
		fmt.Fprintf(&out, "\n%s\n%s\n", strings.Repeat("=", 80), title)
		for _, text := range texts {
			fmt.Fprintf(&out, "%s\n\n%s\n", strings.Repeat("-", 80), text)
		}
	}
	for _, m := range all {
		texts, err := licences(m.folder)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.path, err)
		}
		name := spdx(texts[0])
		if name == "" {
			return nil, fmt.Errorf("%s: its licence is none that is known to fit: look at %s", m.path, m.folder)
		}
		section(strings.TrimSpace(m.path+" "+m.version)+": "+name, texts...)
	}
	for _, data := range []struct{ title, file string }{
		{"The readings of Chinese characters", "pinyin/table.LICENSE"},
		{"The recordings", "sounds/NOTICE"},
	} {
		text, err := os.ReadFile(filepath.Join(root, data.file))
		if err != nil {
			return nil, err
		}
		section(data.title, tidied(text))
	}
	return out.Bytes(), nil
}

func writeNotices(ctx context.Context, root, to string) error {
	text, err := notices(ctx, root)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}
