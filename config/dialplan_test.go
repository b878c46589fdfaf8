package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStaffPINs(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"0001 1234\n\n# night\n 7\t99 \r\n", ""},
		{"0001 12 34\n", "line 1 must be a code and a PIN"},
		{"0001 1234\n0002\n", "line 2 must be"},
		{"0001 hidden\n", "line 1 must be"},
		{"0001 1234\n0001 4321\n", "line 2 has the code 0001 a second time"},
		{"", "is empty"},
	} {
		file := filepath.Join(t.TempDir(), "staff")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		config := Config{Dialplan: Dialplan{StaffFile: file}}
		pins, err := config.StaffPINs()
		if c.want == "" {
			if err != nil || !maps.Equal(pins, map[string]string{"0001": "1234", "7": "99"}) {
				t.Errorf("%q: %v, %v", c.text, pins, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "4321") {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}
