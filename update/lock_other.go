//go:build !unix

package update

import "errors"

// lock is not to be had here: boxes are Linux.
func (f Folder) lock() (free func(), err error) {
	return nil, errors.New("updates are for Unix systems")
}
