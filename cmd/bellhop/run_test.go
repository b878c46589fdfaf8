package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/config"
)

// TestHookFolder: no folder is told from one that is there and cannot be read,
// which must not pass for none.
func TestHookFolder(t *testing.T) {
	var cfg config.Config
	cfg.Hooks.Dir = filepath.Join(t.TempDir(), "hooks")
	if _, err := fs.ReadDir(hookFolder(cfg), "."); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := os.WriteFile(cfg.Hooks.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fs.ReadDir(hookFolder(cfg), "."); err == nil || !strings.Contains(err.Error(), cfg.Hooks.Dir) {
		t.Errorf("a file in the folder's place: %v", err)
	}
	cfg.Hooks.Dir += "/below"
	if _, err := fs.ReadDir(hookFolder(cfg), "."); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that cannot be looked at: %v", err)
	}
}

func TestConfigCheckNamesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	file, secret := filepath.Join(dir, "b.toml"), filepath.Join(dir, "pbx")
	text := "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\nurl=\"https://10.0.0.1\"\nusername=\"api\"\npassword_file=\"" + secret +
		"\"\n[store]\npath=\"" + dir + "/b.db\"\n[pms]\nlink=\"webhook\"\nurl=\"http://pms/\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(wants ...string) {
		t.Helper()
		var out, errOut strings.Builder
		code := run(t.Context(), []string{"config", "check", "-c", file}, &out, &errOut)
		for _, want := range wants {
			if code != 0 || !strings.Contains(out.String(), want) {
				t.Errorf("%d, want %q, got %s%s", code, want, out.String(), errOut.String())
			}
		}
	}
	check("good", "missing  the PBX's password: pbx.password_file: open "+secret, "missing  the PMS's secret is missing: set BELLHOP_PMS_SECRET")
	if err := os.WriteFile(secret, []byte("word\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("may be read by others (mode 0644): chmod 0600")
	if err := os.Chmod(secret, 0o600); err != nil {
		t.Fatal(err)
	}
	check(`run "bellhop trust pbx"`)
}
