package main

import (
	"fmt"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestReportsOnTheCommandLine(t *testing.T) {
	file := runningAgent(t, `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "own", function()
  bellhop.report { name = "own", title = "标题\27[31m", text = "one\ntwo", head = { "房间", "What" }, rows = { { "Part" }, { "1203", "x" } }, mail = true }
end)
`)
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"report list", "", "nothing to list", 0},
		{"report show own", "", "no such report", 1},
		{"cron run own", "ran", "", 0},
		{"report list", "标题 [31m", "", 0},
		{"report list --json", `"name":"own"`, "", 0},
		{"report show own", "one\ntwo\n房间  What\n\nPart\n1203  x\n", "", 0},
		{"report show own --html", "<h1>标题 [31m</h1>", "", 0},
		{"report show own --json", `"rows":[["Part"],["1203","x"]]`, "", 0},
		{"report show own --json --html", "", "not both", 2},
		{"report show own --date 2001-01-01", "", "no such report", 1},
		{"report show", "", "needs NAME", 2},
		{"mail test", "", "no mail server is configured", 1},
		{"trust mail", "", "mail.host is not set", 1},
		{"queue list", "", "nothing to list", 0},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), append(strings.Fields(c.args), "-c", file), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
	}
}

// mailRelay takes mails on a port of this machine, as a relay in the house does.
// What it says to the second address is said.
func mailRelay(t *testing.T, said string) (port int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			relay(conn, said)
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		group.Wait()
	})
	return ln.Addr().(*net.TCPAddr).Port
}

func relay(conn net.Conn, said string) {
	defer conn.Close()
	text := textproto.NewConn(conn)
	_ = text.PrintfLine("220 relay")
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		reply := "250 fine"
		switch word, rest, _ := strings.Cut(line, " "); {
		case word == "DATA":
			reply = "354 speak"
		case word == "RCPT" && strings.Contains(rest, "it@"):
			reply = said
		}
		if err := text.PrintfLine("%s", reply); err != nil {
			return
		}
		if reply == "354 speak" {
			if _, err := text.ReadDotLines(); err != nil || text.PrintfLine("250 taken") != nil {
				return
			}
		}
	}
}

func TestMailTestSaysWhatHappened(t *testing.T) {
	for name, c := range map[string]struct {
		said, out, err string
		code           int
	}{
		"all":  {"250 fine", "duty@hotel.example: the server has taken it; look whether it arrives\nit@hotel.example: the server", "", 0},
		"some": {"550 5.1.1 no such user", "it@hotel.example: refused: 550 5.1.1 no such user", "not everybody gets it", 1},
		"late": {"450 4.2.0 grey", "it@hotel.example: put off: 450 4.2.0 grey", "not everybody gets it", 1},
	} {
		t.Run(name, func(t *testing.T) {
			file := runningAgentWith(t, "", fmt.Sprintf("[mail]\nhost=\"127.0.0.1\"\nport=%d\ntls=\"none\"\nfrom=\"b@hotel.example\"\nto=[\"duty@hotel.example\",\"it@hotel.example\"]\n", mailRelay(t, c.said)))
			var out, errOut strings.Builder
			code := run(t.Context(), []string{"mail", "test", "-c", file}, &out, &errOut)
			if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
				t.Errorf("%d, out %q, err %q", code, out.String(), errOut.String())
			}
			out.Reset()
			run(t.Context(), []string{"doctor", "--json", "-c", file}, &out, &errOut)
			if !strings.Contains(out.String(), `"check":"mail","result":"ok"`) {
				t.Errorf("doctor: %s", out.String())
			}
		})
	}
}

func TestMailServerIsOpenedAsConfigured(t *testing.T) {
	dir := t.TempDir()
	base := "[hotel]\ntimezone=\"UTC\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[store]\npath=\"" + dir + "/b.db\"\n"
	mail := base + "[mail]\nhost=\"127.0.0.1\"\nport=1\nfrom=\"b@hotel.example\"\nto=[\"d@hotel.example\"]\n"
	file := filepath.Join(dir, "b.toml")
	t.Setenv("BELLHOP_MAIL_PASSWORD", "")
	for _, c := range []struct{ name, text, pin, password, fault string }{
		{"none", base, "", "", ""},
		{"no login", mail, "", "", ""},
		{"no password", mail + "username=\"u\"\n", "", "", "the mail server's password is missing"},
		{"a password", mail + "username=\"u\"\n", "", "hush", ""},
		{"a pin", mail, strings.Repeat("ab", 32) + "\n", "", ""},
		{"half a pin", mail, "abcd\n", "", "does not hold a fingerprint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("BELLHOP_MAIL_PASSWORD", c.password)
			_ = os.RemoveAll(filepath.Join(dir, "pins"))
			if c.pin != "" {
				if err := os.MkdirAll(filepath.Join(dir, "pins"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "pins", "mail"), []byte(c.pin), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := (&call{config: file}).load()
			if err != nil {
				t.Fatal(err)
			}
			m, err := openMail(cfg)
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Fatalf("%v, want %q", err, c.fault)
			}
			if err == nil && (m == nil) != (c.name == "none") {
				t.Errorf("%+v", m)
			}
			if m != nil && (m.Pin != strings.TrimSpace(c.pin) || m.Password != c.password) {
				t.Errorf("%+v", m)
			}
		})
	}
}
