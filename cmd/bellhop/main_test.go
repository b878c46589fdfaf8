package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommands(t *testing.T) {
	file := filepath.Join(t.TempDir(), "b.toml")
	text := "[hotel]\nname=\"Inn\"\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\nurl=\"http://10.0.0.1\"\nusername=\"api\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  string
		want  string
		usage bool
	}{
		{"version", "bellhop ", false},
		{"--help", "config check", false},
		{"config check --help", "config check", false},
		{"config check -c " + file, "good (Inn, yeastar at http://10.0.0.1)", false},
		{"", "", true},
		{"frobnicate", "", true},
		{"config", "", true},
		{"config check -x", "", true},
		{"config check extra", "", true},
	} {
		var out strings.Builder
		err := run(strings.Fields(c.args), &out)
		if errors.Is(err, errUsage) != c.usage || (!c.usage && err != nil) || !strings.Contains(out.String(), c.want) {
			t.Errorf("bellhop %s: %q, %v", c.args, out.String(), err)
		}
	}
	if err := run([]string{"config", "check", "-c", file + ".gone"}, &strings.Builder{}); err == nil || errors.Is(err, errUsage) {
		t.Errorf("a missing file: %v", err)
	}
}
