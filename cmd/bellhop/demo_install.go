package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"bellhop/install"
	"bellhop/site"
)

// serveFiles gives the PBX's files a port, and says under which URL they are:
// over FTP where reports come over TCP, so that both ways are shown.
func (w *world) serveFiles() (string, error) {
	if w.tcp {
		at, err := w.serve(w.pbx.ServeFTP)
		return "ftp://support@" + at, err
	}
	at, err := w.serve(w.pbx.ServeSFTP)
	return "sftp://support@" + at, err
}

// filesOfPBX are those on the PBX's disk, by path.
func (d *day) filesOfPBX() (map[string]string, error) {
	all := map[string]string{}
	for _, f := range d.pbx.Files("/") {
		if f.Folder {
			all[f.Path] = "folder"
			continue
		}
		data, err := d.pbx.File(f.Path)
		if err != nil {
			return nil, err
		}
		all[f.Path] = string(data)
	}
	return all, nil
}

// install does what "bellhop install apply" does, twice, and then verify.
func (d *day) install() (string, error) {
	var err error
	if d.found, err = d.filesOfPBX(); err != nil {
		return "", err
	}
	files, err := site.ForPBX(d.config)
	if err != nil {
		return "", err
	}
	inst, err := openInstaller(d.config)
	if err != nil {
		return "", err
	}
	first, err := d.apply(inst, files)
	if err != nil {
		return "", err
	}
	second, err := d.apply(inst, files)
	if err != nil {
		return "", err
	}
	if first.Put == 0 || second.Sent != 0 {
		return "", fmt.Errorf("it sent %d files, and the second time %d bytes", first.Put, second.Sent)
	}
	found, err := inst.Verify(d.ctx, files.Verifying())
	if err := errors.Join(err, install.Bad(found)); err != nil {
		return "", err
	}
	d.pbx.Apply() // a person's click on the PBX's web page
	for _, number := range files.Services.DialledNumbers() {
		if !bytes.Contains(d.pbx.LoadedDialplan(), []byte("exten => "+number+",1,")) {
			return "", fmt.Errorf("%s is not in the dialplan that the PBX has loaded", number)
		}
	}
	way, _, _ := strings.Cut(d.config.Install.URL, ":")
	return fmt.Sprintf("%d files over %s, read back; a second time nothing is sent; the PBX has loaded %s", first.Put, way, strings.Join(files.Services.DialledNumbers(), ", ")), nil
}

func (d *day) apply(inst *install.Installer, files *site.Files) (install.Result, error) {
	plan, err := inst.Plan(d.ctx, files.Set())
	if err != nil {
		return install.Result{}, err
	}
	return inst.Apply(d.ctx, plan)
}

// takeBack does what "bellhop install rollback" does.
func (d *day) takeBack() (string, error) {
	inst, err := openInstaller(d.config)
	if err != nil {
		return "", err
	}
	plan, err := inst.PlanRollback(d.ctx, install.RollbackOptions{})
	if err != nil {
		return "", err
	}
	result, err := inst.Rollback(d.ctx, plan)
	if err != nil {
		return "", err
	}
	d.pbx.Apply()
	left, err := d.filesOfPBX()
	if err != nil {
		return "", err
	}
	for name, data := range d.found {
		if left[name] != data {
			return "", fmt.Errorf("%s is not what it was", name)
		}
		delete(left, name)
	}
	for name := range left {
		return "", fmt.Errorf("%s is left there", name)
	}
	return fmt.Sprintf("%d files removed, %d as before: the PBX's disk is byte for byte what it was", result.Removed, result.Put), nil
}
