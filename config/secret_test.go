package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretIsFound(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, open, empty := write("good", "hush\n", 0o600), write("open", "hush", 0o644), write("empty", "\n", 0o600)
	write("pbx", "from systemd\n", 0o600)
	folder := func(name, text string) string {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(name+"/pbx", text, 0o600)
		return filepath.Join(dir, name)
	}
	blank, line := folder("blank", ""), folder("line", "\n")
	for _, c := range []struct {
		name, file string
		env        map[string]string
		want, err  string
	}{
		{"environment first", good, map[string]string{"BELLHOP_PBX_PASSWORD": "e", "CREDENTIALS_DIRECTORY": dir}, "e", ""},
		{"environment with a newline", "", map[string]string{"BELLHOP_PBX_PASSWORD": "e\n"}, "e", ""},
		{"environment with nothing but it", good, map[string]string{"BELLHOP_PBX_PASSWORD": "\n"}, "", "is empty"},
		{"systemd next", good, map[string]string{"CREDENTIALS_DIRECTORY": dir}, "from systemd", ""},
		{"systemd without it", good, map[string]string{"CREDENTIALS_DIRECTORY": dir + "/none"}, "hush", ""},
		{"systemd with an empty one", good, map[string]string{"CREDENTIALS_DIRECTORY": blank}, "hush", ""},
		{"systemd with an empty line", good, map[string]string{"CREDENTIALS_DIRECTORY": line}, "hush", ""},
		{"systemd with an empty line, and nothing else", "", map[string]string{"CREDENTIALS_DIRECTORY": line}, "", "set BELLHOP_PBX_PASSWORD"},
		{"file", good, nil, "hush", ""},
		{"file for all to read", open, nil, "", "chmod 0600"},
		{"empty file", empty, nil, "", "is empty"},
		{"file gone", dir + "/gone", nil, "", "pbx.password_file"},
		{"nothing", "", nil, "", "set BELLHOP_PBX_PASSWORD"},
	} {
		s := secret{"the PBX's password", "BELLHOP_PBX_PASSWORD", "pbx", c.file, "pbx.password_file"}
		got, err := s.find(func(name string) string { return c.env[name] })
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error holds the secret: %v", c.name, err)
		}
	}
}

// An empty line from systemd is no passphrase: backups of a hotel that has none
// are clear, as it has said.
func TestBackupPassphraseThatIsNoneOrIs(t *testing.T) {
	for _, c := range []struct{ name, line, file, want string }{
		{"an empty line", "\n", "", ""},
		{"an empty line, and a file", "\n", "hush\n", "hush"},
		{"a word", "said\n", "", "said"},
	} {
		folder := t.TempDir()
		t.Setenv("CREDENTIALS_DIRECTORY", folder)
		write := func(name, text string) string {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(folder, name)
		}
		write("backup-passphrase", c.line)
		var config Config
		if c.file != "" {
			config.Backup.PassphraseFile = write("file", c.file)
		}
		if got, err := config.BackupPassphrase(); got != c.want || err != nil {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}
