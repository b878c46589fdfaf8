//go:build sabotage

package sabotage

import "os"

// chosen is the way in which this process is broken.
var chosen = os.Getenv("BELLHOP_SABOTAGE")

// On tells whether the program is broken in that way.
func On(way string) bool { return way == chosen }
