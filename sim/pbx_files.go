package sim

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Where an installer puts things (API 2.0.0, chapters on hotels and on IVRs).
const (
	// DialplanPath is the file of the hotel's own dialplan, as FTP shows it.
	// By SSH the manual names it as /ysdisk/support/customcfg/…: /ysdisk/support
	// leads to /support here. Which of the two is the folder is assumed.
	DialplanPath = "/support/customcfg/extensions_support.conf"
	// SoundsPath holds a folder of prompts for each language.
	SoundsPath = "/ysapps/pbxcenter/var/lib/asterisk/sounds"
	// RecordPath holds prompts of the PBX's own that its IVRs can choose from,
	// among those that were sent by FTP.
	RecordPath = SoundsPath + "/record"

	supportFolder = "/support"
	supportLink   = "/ysdisk/support"
)

// factoryDialplan is what stands at [DialplanPath] before anybody has put a
// hotel's dialplan there. The manual says that there is such a file and that
// it may hold [Local_Default_CallingRules]; its content is assumed, as that of
// another owner.
const factoryDialplan = `; Additions to the dialplan, read after the generated part. Upgrades keep this file.
[Local_Default_CallingRules]
include = support-lift

; The lift's emergency telephone.
[support-lift]
exten = 7990,1,NoOp(lift)
same = n,Dial(PJSIP/7990,60)
same = n,Hangup()
`

// factorySounds are prompts of the vendor's in each language. That there are
// these two languages, and no other prompts, is assumed.
var (
	factorySounds    = []string{"vm-goodbye", "beep", "digits/0", "digits/1", "digits/2", "digits/3", "digits/4", "digits/5", "digits/6", "digits/7", "digits/8", "digits/9"}
	factoryLanguages = []string{"en", "zh"}
)

// newDisk makes what is on the disk of a fresh PBX.
func newDisk(o PBXOptions) (*fileTree, error) {
	t := newFileTree(o.Disk, o.Now)
	for _, folder := range []string{path.Dir(DialplanPath), RecordPath, path.Dir(supportLink), "/tmp"} {
		if err := t.mkdirs(folder); err != nil {
			return nil, fmt.Errorf("make %s: %w", folder, err)
		}
	}
	t.links[supportLink] = supportFolder
	files := map[string][]byte{DialplanPath: []byte(factoryDialplan)}
	for _, language := range factoryLanguages {
		for _, name := range factorySounds {
			files[path.Join(SoundsPath, language, name+".wav")] = silence(100 * time.Millisecond)
		}
	}
	for name, data := range files {
		if err := t.mkdirs(path.Dir(name)); err != nil {
			return nil, fmt.Errorf("make %s: %w", path.Dir(name), err)
		}
		if err := t.put(name, data); err != nil {
			return nil, fmt.Errorf("make %s: %w", name, err)
		}
	}
	return t, nil
}

// mayWrite tells whether who has logged in may change what is in the folder of
// a path: below /support and below the prompts (assumed). Looking is allowed
// everywhere.
func mayWrite(at string) bool {
	folder := path.Dir(at) + "/"
	return strings.HasPrefix(folder, supportFolder+"/") || strings.HasPrefix(folder, SoundsPath+"/")
}

// PBXFile is a file or folder on a PBX's disk.
type PBXFile struct {
	Path     string    `json:"path"`
	Folder   bool      `json:"folder,omitempty"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// Files lists what is in a folder and in all below it, by path. It is empty
// for what is no folder.
func (p *PBX) Files(folder string) []PBXFile {
	t := p.disk
	t.mu.Lock()
	defer t.mu.Unlock()
	all := []PBXFile{}
	at, n, err := t.find(folder)
	if err != nil || !n.folder {
		return all
	}
	for _, name := range t.below(at) {
		n := t.nodes[name]
		all = append(all, PBXFile{Path: name, Folder: n.folder, Size: int64(len(n.data)), Modified: n.time})
	}
	return all
}

// File gives a copy of what a file holds; it fails with fs.ErrNotExist for one
// that is not there.
func (p *PBX) File(name string) ([]byte, error) {
	data := p.disk.bytes(name)
	if data == nil {
		return nil, fmt.Errorf("file %s: %w", name, fs.ErrNotExist)
	}
	return data, nil
}

// SetFile makes a file hold what is given, in folders that are made as needed,
// as if somebody else did it: no fault strikes, and nothing is denied. It fails
// for a path that cannot be and when the disk is full.
func (p *PBX) SetFile(name string, data []byte) error {
	err := p.disk.mkdirs(path.Dir(path.Clean("/" + name)))
	if err == nil {
		err = p.disk.put(name, data)
	}
	if err != nil {
		return fmt.Errorf("set file %s: %w", name, err)
	}
	return nil
}

// RemoveFile takes away a file, or a folder with all that is in it.
func (p *PBX) RemoveFile(name string) error {
	t := p.disk
	t.mu.Lock()
	defer t.mu.Unlock()
	at, _, err := t.find(name)
	if err == nil && at == "/" {
		err = errNotEmpty
	}
	if err != nil {
		return fmt.Errorf("remove file %s: %w", name, err)
	}
	for _, gone := range append(t.below(at), at) {
		t.drop(gone, t.nodes[gone])
	}
	return nil
}
