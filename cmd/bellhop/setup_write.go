package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bellhop/config"
	"bellhop/install"
)

// write shows the config as it will be, and puts down what was answered: the
// secrets and what was agreed to first, so that a config that is there has all
// that it names. Each file is replaced as a whole.
func (s *setup) write() error {
	text, err := config.Edit(s.old, s.settings())
	if err != nil {
		return s.refuse("fault", err)
	}
	same := bytes.Equal(text, s.old)
	if err := s.showConfig(text, same); err != nil {
		return err
	}
	for _, folder := range s.folders() {
		if err := s.owner.folder(folder); err != nil {
			return s.refuse("folder", err)
		}
	}
	if err := s.did("folders"); err != nil {
		return err
	}
	for _, files := range []map[string]string{s.passwords, s.pins} {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := s.keep(name, files[name]); err != nil {
				return err
			}
		}
	}
	if same {
		return nil
	}
	if err := config.Replace(s.config, text, s.configMode(), s.keepConfigOwner); err != nil {
		return s.refuse("folder", err)
	}
	return s.did("config")
}

// settings are the keys that are to stand in the file: what was answered, and
// what somebody will look for there, as it is.
func (s *setup) settings() []config.Setting {
	c, all := s.cfg, slices.Clone(s.wrote)
	for _, look := range []config.Setting{
		{Key: "hotel.name", Value: c.Hotel.Name}, {Key: "pbx.event_listen", Value: c.PBX.EventListen}, {Key: "services.housekeeping", Value: c.Services.Housekeeping},
		{Key: "services.minibar", Value: c.Services.Minibar}, {Key: "services.wakeup", Value: c.Services.WakeUp}, {Key: "services.confirm", Value: c.Services.Confirm},
		{Key: "install.url", Value: c.Install.URL}, {Key: "store.path", Value: c.Store.Path}, {Key: "pms.link", Value: c.PMS.Link},
	} {
		if !slices.ContainsFunc(all, func(a config.Setting) bool { return a.Key == look.Key }) {
			all = append(all, look)
		}
	}
	return all
}

// showConfig shows a new config whole, and of one that is there what changes.
func (s *setup) showConfig(text []byte, same bool) error {
	if same {
		fmt.Fprintln(s.err, s.tell("config.same", s.config))
		return nil
	}
	shown, ask := string(text), "ask.write"
	if s.old != nil {
		shown, ask = install.Diff(s.config, s.config, s.old, text), "ask.change"
	}
	if _, err := io.WriteString(s.out, "\n"+s.tell("config", s.config)+"\n"+lined(shown)+"\n"); err != nil {
		return err
	}
	yes, err := s.agreed(s.tell(ask, s.config))
	if err == nil && !yes {
		err = s.refuse("nothing")
	}
	return err
}

// folders are those that nobody but the agent looks into.
func (s *setup) folders() []string {
	all := []string{filepath.Dir(s.cfg.Store.Path), filepath.Dir(pinFile(s.cfg))}
	for name := range s.passwords {
		all = append(all, filepath.Dir(name))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// keep writes a secret or what was agreed to, if it is not there.
func (s *setup) keep(name, text string) error {
	has, err := os.ReadFile(name)
	if err == nil && strings.TrimRight(string(has), "\r\n") == text {
		return nil
	}
	if err := config.Replace(name, []byte(text+"\n"), 0o600, s.owner.give); err != nil {
		return s.refuse("folder", err)
	}
	s.own[name] = true
	return s.did(filepath.Base(filepath.Dir(name)) + "/" + filepath.Base(name))
}

// configMode lets everybody read the config: no secret is in it. A person may
// have closed it.
func (s *setup) configMode() os.FileMode {
	if info, err := os.Stat(s.config); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

func (s *setup) keepConfigOwner(f *os.File) error {
	if info, err := os.Stat(s.config); err == nil {
		return keepOwner(info, f)
	}
	return nil
}
