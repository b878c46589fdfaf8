//go:build !sabotage

package sabotage

// On tells whether the program is broken in that way.
func On(string) bool { return false }
