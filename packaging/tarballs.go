package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func (r release) tarball(c computer, p parts) ([]byte, error) {
	p = maps.Clone(p)
	p["bellhop.service"] = part{text("systemd/bellhop.service"), 0o644}
	p["install.sh"] = part{script("common.sh", "tar/install.sh"), 0o755}
	p["uninstall.sh"] = part{script("common.sh", "tar/uninstall.sh"), 0o755}
	return r.tar(fmt.Sprintf("bellhop-%s-linux-%s", r.version, c.name), p)
}

func (r release) openwrt(c computer, p parts) ([]byte, error) {
	p = maps.Clone(p)
	p["bellhop.init"] = part{text("openwrt/bellhop.init"), 0o755}
	p["bellhop.config"] = part{text("openwrt/bellhop.config"), 0o644}
	p["install.sh"] = part{script("openwrt/install.sh"), 0o755}
	p["uninstall.sh"] = part{script("openwrt/uninstall.sh"), 0o755}
	return r.tar(fmt.Sprintf("bellhop-%s-openwrt-%s", r.version, c.name), p)
}

// tar packs files into one folder, in the order of their names and as root's.
func (r release) tar(folder string, p parts) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		file := p[name]
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: folder + "/" + name, Size: int64(len(file.data)), Mode: int64(file.mode & fs.ModePerm),
			ModTime: r.time, Uname: "root", Gname: "root", Format: tar.FormatUSTAR,
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(file.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// writeSums writes SHA256SUMS, as "sha256sum -c" reads it.
func writeSums(folder string, names []string) error {
	var out strings.Builder
	for _, name := range slices.Sorted(slices.Values(names)) {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(data), name)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(out.String()), 0o644)
}
