//go:build !linux

package main

import "os"

// dropCache does nothing where the system offers no way.
func dropCache(*os.File) {}
