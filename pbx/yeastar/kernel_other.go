//go:build !linux

package yeastar

import "net"

// unsent is not known here: only the other side's next move tells.
func unsent(net.Conn) (left int, known bool) { return 0, false }

// brokenOff is not known here.
func brokenOff(net.Conn) bool { return false }
