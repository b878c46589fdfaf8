package bellhop_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHooksAreShort: what a hotel is to copy and change must be read at a glance.
// What makes one longer and others need, too, belongs into the API.
func TestHooksAreShort(t *testing.T) {
	for _, folder := range []string{"luahooks/shipped", "luahooks/examples"} {
		files, err := filepath.Glob(folder + "/*.lua")
		if err != nil {
			t.Fatal(err)
		}
		hooks := 0
		for _, file := range files {
			if strings.HasSuffix(file, "_test.lua") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			hooks++
			if lines := bytes.Count(text, []byte("\n")); lines >= 60 {
				t.Errorf("%s has %d lines, and may have 59", file, lines)
			}
		}
		if hooks < 4 {
			t.Errorf("only %d hooks in %s", hooks, folder)
		}
	}
}
