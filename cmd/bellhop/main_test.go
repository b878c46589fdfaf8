package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "b.toml")
	text := "[hotel]\nname=\"Inn\"\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\nurl=\"http://10.0.0.1\"\nusername=\"api\"\n[api]\nsocket=\"" + file + ".sock\"\n[store]\npath=\"" + file + ".db\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	withInstall := file + ".install"
	if err := os.WriteFile(withInstall, []byte(text+"[install]\nurl=\"sftp://support@10.0.0.1:8022\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	withTLS := file + ".tls"
	if err := os.WriteFile(withTLS, []byte(strings.Replace(text, "[api]\n", "[api]\ntls=\"file\"\ncert=\"/gone/cert.pem\"\nkey=\"/gone/key.pem\"\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"config check -c " + withTLS, "missing  read the API's certificate: open /gone/cert.pem", "", 0},
		{"version", "bellhop ", "", 0},
		{"--help", "bellhop config check", "", 0},
		{"config check --help", "the config", "", 0},
		{"sim --help", "PUT    /faults", "", 0},
		{"config check -c " + file, "good (Inn, yeastar at http://10.0.0.1)", "", 0},
		{"config check -c " + withInstall, "missing  the password for the PBX's files is missing: set BELLHOP_INSTALL_PASSWORD", "", 0},
		{"", "", "no command given", 2},
		{"frobnicate", "", `no command "frobnicate"`, 2},
		{"config", "", "config knows: example, check", 2},
		{"minibar items", "", "minibar items knows: list, import, export", 2},
		{"config check -x", "", "config check has no flag -x", 2},
		{"--version", "bellhop ", "", 0},
		{"help", "bellhop rooms list", "", 0},
		{"help events list", "--limit N", "", 0},
		{"events --help", "bellhop events rerun ID", "", 0},
		{"minibar items help", "bellhop minibar items import FILE", "", 0},
		{"help frobnicate", "", `no command "frobnicate"`, 2},
		{"event list", "", `no command "event"; did you mean "events"?`, 2},
		{"-c x status", "", "flags stand behind the command", 2},
		{"status -c", "", "-c needs a value", 2},
		{"events list --limit", "", "--limit needs a value", 2},
		{"events list --limit 0 -c " + file, "", "--limit must be 1 to 10000, but it is 0", 2},
		{"calls --limit 10001 -c " + file, "", "--limit must be 1 to 10000", 2},
		{"queue list --parked --ended -c " + file, "", "--parked or --ended", 2},
		{"bench ingest --events 0", "", "--events must be 1 or more", 2},
		{"bench queue --fill -1", "", "--fill must not be negative", 2},
		{"bench queue --rooms 0", "", "--rooms must be 1 or more", 2},
		{"bench kept --kept 0", "", "--kept must be 1 or more", 2},
		{"bench kept --rounds -1", "", "--rounds must not be negative", 2},
		{"bench ingest --memory -1", "", "--memory, --files and --sync must not be negative", 2},
		{"bench floor", "", "needs --dir and --sink", 2},
		{"status -c " + file + ".gone", "", `begin with "bellhop config example"`, 1},
		{"events show x -c " + file, "", `ID must be a number, but it is "x"`, 2},
		{"queue drop 1x -c " + file, "", `ID must be a number, but it is "1x"`, 2},
		{"events tail -c " + file, "", `start it with "bellhop run"`, 1},
		{"sim --timezone Asia/Shangai", "", "unknown time zone Asia/Shangai", 2},
		{"sim --pbx nowhere", "", "sim: -pbx: listen tcp", 1},
		{"sim --events udp", "", `-events must be "http" or "tcp", but it is "udp"`, 2},
		{"demo --once --events udp", "", `-events must be "http" or "tcp"`, 2},
		{"config check extra", "", `takes no "extra"`, 2},
		{"checkin -c " + file, "", "checkin needs ROOM", 2},
		{"config check -c " + file + ".gone", "", "read config", 1},
		{"status -c " + file, "", `start it with "bellhop run"`, 1},
		{"checkin 1001 -c " + file, "", `start it with "bellhop run"`, 1},
		{"events list -c " + file, "", "there is no database yet", 1},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), strings.Fields(c.args), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
	}
}

// TestEmptyArgument: an empty variable of a script is not the first room.
func TestEmptyArgument(t *testing.T) {
	var out, errOut strings.Builder
	if code := run(t.Context(), []string{"checkin", ""}, &out, &errOut); code != 2 || !strings.Contains(errOut.String(), "checkin needs ROOM") {
		t.Errorf("%d, %q", code, errOut.String())
	}
}

func TestCSVNamesItsFaults(t *testing.T) {
	take := func(_ int, row map[string]string) error {
		if row["number"] == "" {
			return errors.New("an empty line was taken")
		}
		return nil
	}
	for text, want := range map[string]string{
		"":                     "is empty: the first line must name the columns number,extensions",
		"name\n":               `column "number" is missing`,
		"number,colour\n":      `column "colour" is unknown`,
		"number,Number\n":      `column "number" is there twice`,
		"number;extensions\n":  "parted by commas",
		"number\textensions\n": "parted by commas",
		"number\n1,2\n":        "wrong number of fields",
		"number,extensions\n1,\xc6\xa1\xbe\xc6\n": `save it as "CSV UTF-8"`,
		"\xff\xfen\x00":                     `save it as "CSV UTF-8"`,
		"#" + strings.Repeat("x", maxCSV):   "import it in parts",
		"\ufeffNumber\n101\n":               "",
		"number,extensions\n101,\n,\n , \n": "",
	} {
		err := parseCSV([]byte(text), []string{"number"}, []string{"extensions"}, take)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("number,extensions\n101,8101;8102\n")
	f.Fuzz(func(_ *testing.T, text string) {
		_ = parseCSV([]byte(text), []string{"number"}, []string{"extensions"}, func(int, map[string]string) error { return nil })
	})
}

// TestSimHelp: the orders of the control API stand behind the flags.
func TestSimHelp(t *testing.T) {
	var out strings.Builder
	if code := run(t.Context(), []string{"sim", "--help"}, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	flags, orders, found := strings.Cut(out.String(), "\n\nControl API")
	if !found || !strings.Contains(flags, "\n  --tls") || strings.Contains(orders, "\n  --") || !strings.HasSuffix(orders, "\n") {
		t.Errorf("%s", out.String())
	}
}
