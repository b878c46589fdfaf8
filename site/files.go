package site

import (
	"context"
	"fmt"
	"path"
	"strings"

	"bellhop/config"
	"bellhop/dialplan"
	"bellhop/install"
	"bellhop/sounds"
)

// Files are what the PBX is to hold for the services of a config.
type Files struct {
	Services dialplan.Services
	Dialplan string // its path on the PBX
	Sounds   []Sound
	// Uploads are prompts that the PBX's API plays: it knows none but custom
	// prompts, which a person has to upload on the web page.
	Uploads []sounds.File

	set install.Set
	// foreign is what others have in the dialplan, as it was last seen.
	foreign []byte
}

// Sound is a prompt on the PBX.
type Sound struct {
	Path string
	sounds.File
}

// ForPBX makes the files: the dialplan's part for what the config offers, and
// the prompts that it plays, the hotel's own before the shipped ones.
func ForPBX(c config.Config) (*Files, error) {
	services, err := Services(c)
	if err != nil {
		return nil, err
	}
	rendered, err := services.Render()
	if err != nil {
		return nil, err
	}
	f := &Files{Services: services, Dialplan: c.Install.DialplanPath}
	played := map[string]bool{} // by language and name
	for _, lang := range services.Languages() {
		have, err := sounds.Set(lang, c.Sounds.Dir)
		if err != nil {
			return nil, err
		}
		if err := f.sounds(c, lang, have, played); err != nil {
			return nil, err
		}
		f.uploads(lang, have)
	}
	f.set.Files = append(f.set.Files, install.File{Path: f.Dialplan, Last: true, Merge: func(existing []byte, _ bool) ([]byte, error) {
		if own, err := dialplan.Remove(existing); err == nil {
			f.foreign = own
		}
		return dialplan.Merge(existing, rendered)
	}})
	return f, f.set.Check()
}

// sounds adds what the dialplan plays in a language.
func (f *Files) sounds(c config.Config, lang string, have []sounds.File, played map[string]bool) error {
	folder := strings.ReplaceAll(c.Install.SoundsPath, "{lang}", lang)
	byName := map[string]sounds.File{}
	for _, file := range have {
		byName[file.Prompt.Name] = file
	}
	for _, name := range f.Services.Prompts(lang) {
		file, there := byName[name]
		if !there {
			return fmt.Errorf("the dialplan plays the prompt %q, which nobody has spoken in %q: make it by \"bellhop sounds say\"", name, lang)
		}
		at := path.Join(folder, name+".wav")
		if played[at] { // both languages in one folder: the config's own doing
			return fmt.Errorf("install.sounds_path: %s would be the prompt of two languages; put {lang} into it", at)
		}
		played[at] = true
		f.Sounds = append(f.Sounds, Sound{at, file})
		f.set.Files = append(f.set.Files, install.File{Path: at, Data: file.Wav})
	}
	return nil
}

// uploads adds what the PBX's API plays in a language, and what the hotel's
// hooks may have it play.
func (f *Files) uploads(lang string, have []sounds.File) {
	for _, file := range have {
		_, known := sounds.Find(file.Prompt.Name)
		wakes := file.Prompt.API && f.Services.Codes.WakeUp != "" && lang == f.Services.GuestLanguages[0]
		if wakes || !known {
			f.Uploads = append(f.Uploads, file)
		}
	}
}

// Set is what is to be installed.
func (f *Files) Set() install.Set { return f.set }

// Verifying says how the files are looked at later: what others write beside
// our part of the dialplan is theirs.
func (f *Files) Verifying() install.VerifyOptions {
	o := install.VerifyOptions{Merges: map[string]func([]byte, bool) ([]byte, error){}}
	for _, file := range f.set.Files {
		if file.Merge != nil {
			o.Merges[file.Path] = file.Merge
		}
	}
	return o
}

// ErrLogin is the error of a login that was refused: it must not be repeated.
var ErrLogin = install.ErrLogin

// Installed is what has become of what was put on the PBX.
type Installed struct {
	Files  int      // that were put there
	Differ []string // those that are not as they were
}

// Verify compares what is on the PBX with what was put there.
func (f *Files) Verify(ctx context.Context, i *install.Installer) (Installed, error) {
	found, err := i.Verify(ctx, f.Verifying())
	done := Installed{Files: len(found)}
	for _, one := range found {
		if !one.Good() {
			done.Differ = append(done.Differ, one.Path)
		}
	}
	return done, err
}

// Without takes what is ours out of the dialplan at a path, for a rollback
// that finds others' changes beside it.
func Without(dialplanPath string) func(name string, existing []byte) (rest []byte, ok bool) {
	return func(name string, existing []byte) ([]byte, bool) {
		if name != dialplanPath {
			return nil, false
		}
		rest, err := dialplan.Remove(existing)
		return rest, err == nil
	}
}

// Conflicts are what on the PBX is in the way of our codes.
func (f *Files) Conflicts(c config.Config, n Neighbours) []dialplan.Finding {
	return f.Services.Conflicts(n.taken(c))
}

// Foreign finds what goes wrong in what others wrote in the dialplan, once it
// has been looked at by a plan.
func (f *Files) Foreign() []dialplan.Finding { return dialplan.Check(f.foreign) }
