//go:build sabotage

package sabotage

import (
	"cmp"
	"os"
)

// built is the way in which a program is broken whatever its environment says;
// set by the linker (-X bellhop/sabotage.built=WAY).
var built string

// chosen is the way in which this process is broken.
var chosen = cmp.Or(built, os.Getenv("BELLHOP_SABOTAGE"))

// On tells whether the program is broken in that way.
func On(way string) bool { return way == chosen }
