//go:build sabotage

package sabotage

import (
	"os"
	"slices"
	"strings"
)

// built are the ways in which a program is broken whatever its environment says,
// with commas between; set by the linker (-X bellhop/sabotage.built=WAY).
var built string

// chosen are the ways in which this process is broken.
var chosen = strings.Split(built+","+os.Getenv("BELLHOP_SABOTAGE"), ",")

// On tells whether the program is broken in that way.
func On(way string) bool { return slices.Contains(chosen, way) }
