package install

import (
	"bytes"
	"slices"
)

// Due names the files of a set that an apply would put anew, or for the first
// time, if the server still holds what was put there. It goes by the records on
// the box and asks nobody. What was put on another server is on none.
func (i *Installer) Due(set Set) ([]string, error) {
	k, err := i.records().known()
	if err != nil {
		return nil, err
	}
	var due []string
	for _, f := range set.Files {
		put, known := k.Files[f.Path]
		if !known || k.Server != i.Server.URL || !i.stands(f, put.State) {
			due = append(due, f.Path)
		}
	}
	slices.Sort(due)
	return due, nil
}

// stands tells whether what was put is what a file is to hold now.
func (i *Installer) stands(f File, put State) bool {
	if f.Merge == nil {
		return stateOf(f.Data) == put
	}
	held, err := i.records().kept(put)
	if err != nil {
		return false
	}
	wanted, err := f.Merge(slices.Clone(held), true)
	return err == nil && bytes.Equal(wanted, held)
}
