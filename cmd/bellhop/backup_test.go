package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/agent"
	"bellhop/backup"
	"bellhop/config"
)

// TestBackupHoldsNoSecret: no secret of config and files is in a clear backup, none
// can be read in an encrypted one, and a restore of that puts each in its place.
func TestBackupHoldsNoSecret(t *testing.T) {
	m := newMoved(t)
	t.Setenv("BELLHOP_PMS_SECRET", "")
	text := strings.Replace(readText(t, m.file), "link = \"webhook\"\nurl = \"http://", "link = \"webhook\"\nurl = \"http://"+canaryLogin+":x@", 1)
	for key, secret := range map[string]string{"username = \"api\"": "password", "[pms]": "pms", "[backup]": "backup"} {
		file := m.write(m.at(secret+".secret"), "CANARY-"+secret+"-4455\n")
		name := map[string]string{"password": "password_file", "pms": "secret_file", "backup": "password_file"}[secret]
		text = strings.Replace(text, key, key+"\n"+name+" = \""+file+"\"", 1)
	}
	m.write(m.file, text)
	// What the PBX held before us, and somebody else's file.
	if err := os.MkdirAll(m.at("install/objects"), 0o700); err != nil {
		t.Fatal(err)
	}
	m.write(m.at("install/objects/1"), "secret=CANARY-trunk-7711")
	m.write(m.at("key.pem"), "CANARY-tls-7712")
	m.must("config", "check")
	off := m.box()
	m.must("backup")
	identity := m.write(filepath.Join(t.TempDir(), "key.txt"), m.must("backup", "key"))
	m.must("backup", "--to", m.at("sealed"))
	off()

	clear, err := os.ReadFile(only(t, m.at("usb")))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := gzip.NewReader(bytes.NewReader(clear))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(packed)
	if err != nil || !bytes.Contains(plain, []byte("Asia/Shanghai")) {
		t.Fatalf("the clear backup: %d bytes, %v", len(plain), err)
	}
	sealed, err := os.ReadFile(only(t, m.at("sealed")))
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string][]byte{"clear": plain, "encrypted": sealed} {
		for _, secret := range []string{"CANARY", canaryLogin, doctorPassword, canaryPMS} {
			if at := bytes.Index(text, []byte(secret)); at >= 0 {
				t.Errorf("the %s backup has %q", what, text[max(0, at-40):min(len(text), at+40)])
			}
		}
	}
	to := t.TempDir()
	m.must("restore", only(t, m.at("sealed")), "--identity", identity, "--to", to)
	for name, want := range map[string]string{
		"password.secret": doctorPassword, // the environment's comes first
		"pms.secret":      "CANARY-pms-4455", "backup.secret": "CANARY-backup-4455\n", "install/objects/1": "secret=CANARY-trunk-7711", "key.pem": "CANARY-tls-7712",
	} {
		path := filepath.Join(to, m.at(name))
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := readText(t, path); strings.TrimSpace(got) != strings.TrimSpace(want) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %q, %v", name, got, info.Mode())
		}
	}
	if got := readText(t, filepath.Join(to, m.file)); got != text {
		t.Errorf("the config is %q", got)
	}
}

// TestBackupOfAClosedStore needs no agent, and leaves nothing but the backup.
func TestBackupOfAClosedStore(t *testing.T) {
	m := newMoved(t)
	m.fails("there is no database", "backup")
	bare := m.write(m.at("bare.toml"), strings.ReplaceAll(readText(t, m.file), "to = \"", "to = \"\" # "))
	var none strings.Builder
	if code := run(t.Context(), []string{"backup", "list", "-c", bare}, io.Discard, &none); code != 1 || !strings.Contains(none.String(), "no place for backups") {
		t.Errorf("with no place: %d, %s", code, &none)
	}
	off := m.box()
	m.must("rooms", "import", m.write(m.at("rooms.csv"), "number\n1001\n"))
	off()
	out, errOut, code := m.run("backup")
	if code != 0 || !strings.Contains(errOut, "the agent does not run") || !strings.Contains(out, "not encrypted") {
		t.Errorf("%d, %s%s", code, out, errOut)
	}
	if list := m.must("backup", "list", "--json"); !strings.Contains(list, `"name":"bellhop-`) || strings.Count(list, "\n") != 1 {
		t.Errorf("listed %s", list)
	}
	m.fails("is no file, and no place", "restore", "nowhere")
	m.fails("there is no file or folder", "restore", "/nowhere")
	m.fails("it is no whole backup", "restore", m.file)
	off = m.box()
	m.fails("the agent runs", "restore", m.at("usb"))
	off()
	if f := agent.NewestBackup(m.at("b.db")); f.Made.IsZero() || f.Error != "" {
		t.Errorf("remembered %+v", f)
	}
}

// TestAgentDoesNotStartOnHalfARestore.
func TestAgentDoesNotStartOnHalfARestore(t *testing.T) {
	m := newMoved(t)
	if err := os.Mkdir(m.at(backup.Staging), 0o700); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(m.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := restored(cfg); err != nil { // nothing was decided
		t.Error(err)
	}
	if err := (&backup.Plan{}).Decide(m.at(backup.Staging)); err != nil {
		t.Fatal(err)
	}
	if err := serve(t.Context(), cfg, nil, nil); !errors.Is(err, backup.ErrUnfinished) {
		t.Errorf("it starts: %v", err)
	}
}

func TestBackupKey(t *testing.T) {
	m := newMoved(t)
	first := m.must("backup", "key")
	if strings.Count(first, "AGE-SECRET-KEY-1") != 1 {
		t.Errorf("printed %s", first)
	}
	pin := readText(t, m.at("pins/backup-recipient"))
	if !strings.HasPrefix(pin, "age1") || !strings.Contains(first, strings.TrimSpace(pin)) {
		t.Errorf("kept %q", pin)
	}
	m.fails("there is a key already", "backup", "key")
	if second := m.must("backup", "key", "--yes"); second == first || readText(t, m.at("pins/backup-recipient")) == pin {
		t.Error("the key is the same as before")
	}
	m.write(m.file, strings.Replace(readText(t, m.file), "[backup]", "[backup]\nrecipient = \""+strings.TrimSpace(pin)+"\"", 1))
	m.fails("names a recipient", "backup", "key", "--yes")
}

func TestAddressesWithoutLogins(t *testing.T) {
	for text, want := range map[string]string{
		`url = "https://user:secret@pms.example/a@b"`: `url = "https://pms.example/a@b"`,
		`url = 'HTTP://token@h'`:                      `url = 'HTTP://h'`,
		`url = "https://pms.example" # ask joe@x.org`: `url = "https://pms.example" # ask joe@x.org`,
		`url = "sftp://support@192.0.2.1:8022"`:       `url = "sftp://support@192.0.2.1:8022"`,
		`relay_to = ["http://a:b@h/", "http://c@i/"]`: `relay_to = ["http://h/", "http://i/"]`,
	} {
		if got := string(withoutLogins([]byte(text))); got != want {
			t.Errorf("%s became %s, not %s", text, got, want)
		}
	}
}
