//go:build !unix

package store

import (
	"os"
	"time"
)

// lock leaves it to bbolt here.
func lock(*os.File, bool, time.Duration) error { return nil }
