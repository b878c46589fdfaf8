//go:build !unix

package update

import "os"

func die() { os.Exit(137) }
