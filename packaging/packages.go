package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

// The folders of a packaged program.
const (
	programPath = "/usr/bin/bellhop"
	unitPath    = "/usr/lib/systemd/system/bellhop.service"
	docFolder   = "/usr/share/doc/bellhop/"
)

func (r release) deb(c computer, p parts) ([]byte, error) {
	scripts := map[string][]byte{
		"postinst": script("common.sh", "deb/postinst"),
		"prerm":    script("common.sh", "deb/prerm"),
		"postrm":   script("common.sh", "deb/postrm"),
	}
	if c.deb == "armhf" {
		scripts["preinst"] = script("deb/preinst-armhf")
	}
	return r.pack(c, p, deb.Default, scripts, func(info *nfpm.Info) {
		info.Depends = []string{"passwd", "init-system-helpers"}
		info.Section, info.Priority = "comm", "optional"
	})
}

func (r release) rpm(c computer, p parts) ([]byte, error) {
	scripts := map[string][]byte{
		"postinst": script("common.sh", "rpm/post"),
		"prerm":    script("common.sh", "rpm/preun"),
		"postrm":   script("common.sh", "rpm/postun"),
	}
	return r.pack(c, p, rpm.DefaultRPM, scripts, func(info *nfpm.Info) {
		info.Depends = []string{"shadow-utils"}
		info.RPM.BuildHost = "bellhop" // not the name of the computer that built it
		info.RPM.Summary = "The box beside a hotel's telephone system"
	})
}

// pack lets the library write a package. It takes the contents from files, of
// which nothing but their bytes gets in.
func (r release) pack(c computer, p parts, format nfpm.Packager, scripts map[string][]byte, more func(*nfpm.Info)) ([]byte, error) {
	work, err := os.MkdirTemp("", "bellhop-packaging")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	put := func(name string, data []byte) (path string, err error) {
		path = filepath.Join(work, name)
		return path, os.WriteFile(path, data, 0o600)
	}
	var contents files.Contents
	for name, file := range map[string]part{
		programPath:                 p["bellhop"],
		unitPath:                    {text("systemd/bellhop.service"), 0o644},
		docFolder + "copyright":     p["LICENSE"],
		docFolder + "THIRD-PARTY":   p["THIRD-PARTY"],
		docFolder + "sbom.cdx.json": p["sbom.cdx.json"],
	} {
		path, err := put("content-"+filepath.Base(name), file.data)
		if err != nil {
			return nil, err
		}
		contents = append(contents, &files.Content{Source: path, Destination: name, FileInfo: &files.ContentFileInfo{Mode: file.mode, MTime: r.time}})
	}
	for _, folder := range []string{"/etc/bellhop", "/etc/bellhop/hooks", "/etc/bellhop/sounds"} {
		contents = append(contents, &files.Content{Destination: folder, Type: files.TypeDir, FileInfo: &files.ContentFileInfo{Mode: 0o755, MTime: r.time}})
	}
	info := &nfpm.Info{
		Name: "bellhop", Arch: c.nfpm, Platform: "linux", Version: r.version, VersionSchema: "none",
		Maintainer: "Bellhop <bellhop@localhost>", License: "Apache-2.0", MTime: r.time, DisableGlobbing: true,
		Description: "The box beside a hotel's telephone system\nIt takes every key press and call record from the PBX, lets the hotel's\nhooks decide what they mean, and carries the consequences out.",
	}
	info.Contents = contents
	more(info)
	for name, data := range scripts {
		path, err := put("script-"+name, data)
		if err != nil {
			return nil, err
		}
		switch name {
		case "preinst":
			info.Scripts.PreInstall = path
		case "postinst":
			info.Scripts.PostInstall = path
		case "prerm":
			info.Scripts.PreRemove = path
		case "postrm":
			info.Scripts.PostRemove = path
		}
	}
	if err := nfpm.Validate(info); err != nil {
		return nil, fmt.Errorf("describe the package: %w", err)
	}
	var out bytes.Buffer
	if err := format.Package(nfpm.WithDefaults(info), &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
