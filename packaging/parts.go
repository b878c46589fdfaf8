package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:embed files
var shipped embed.FS

// part is a file to be packaged.
type part struct {
	data []byte
	mode os.FileMode
}

// parts are the files that every package has, by the names of the tarball.
type parts map[string]part

func (r release) parts(program string, bill []byte) (parts, error) {
	p := parts{"sbom.cdx.json": {bill, 0o644}}
	for name, file := range map[string]struct {
		path string
		mode os.FileMode
	}{
		"bellhop":     {program, 0o755},
		"LICENSE":     {filepath.Join(r.root, "LICENSE"), 0o644},
		"THIRD-PARTY": {filepath.Join(r.root, "THIRD-PARTY"), 0o644},
	} {
		data, err := os.ReadFile(file.path)
		if err != nil {
			return nil, err
		}
		p[name] = part{data, file.mode}
	}
	return p, nil
}

// text is a file that is packaged as it stands.
func text(name string) []byte {
	data, err := shipped.ReadFile("files/" + name)
	if err != nil {
		panic(err) // it is part of this program
	}
	return data
}

// script puts a script together: with what the scripts share, unless it is
// OpenWrt's, which is another world.
func script(names ...string) []byte {
	var out strings.Builder
	out.WriteString("#!/bin/sh\nset -e\n")
	for _, name := range names {
		fmt.Fprintf(&out, "\n%s", text(name))
	}
	return []byte(out.String())
}
