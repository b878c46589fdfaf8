//go:build unix && !linux

package store

// populate is not known here.
const populate = 0
