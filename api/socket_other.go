//go:build !unix

package api

import "net"

func listenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }
