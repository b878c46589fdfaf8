//go:build !unix

package store

import "os"

// giveToOwner has nothing to give here.
func giveToOwner(_, _ *os.File) error { return nil }
