package main

import (
	"strings"
	"testing"
)

// TestDemoDay plays the whole day: real agent, simulated far sides.
func TestDemoDay(t *testing.T) {
	for _, way := range []string{"http", "tcp"} {
		t.Run(way, func(t *testing.T) {
			var out, errOut strings.Builder
			if code := run(t.Context(), []string{"demo", "--once", "--events", way, "--dir", t.TempDir()}, &out, &errOut); code != 0 {
				t.Errorf("exit %d\n%s\n%s", code, out.String(), errOut.String())
			}
		})
	}
}
