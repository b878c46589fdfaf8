// Package e2e holds tests of the whole program against the world: the real
// binary, killed, on a disk that fails, and beside servers that are away.
package e2e
