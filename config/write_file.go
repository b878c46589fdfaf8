package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Replace gives a file new bytes and a mode, all of it or nothing: after a crash
// there is the old file or the new one, on the disk. own, when not nil, is told
// the file before it has its name, to give it to another user. The folder must
// be there.
func Replace(path string, data []byte, mode os.FileMode, own func(*os.File) error) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // once it has its name, there is nothing
	_, err = f.Write(data)
	if err == nil && own != nil {
		err = own(f)
	}
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// syncFolder makes the names in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
