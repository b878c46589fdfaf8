package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// TestTrustTheSimulatedPBX follows the install guide with bellhop sim --tls:
// the fingerprint that it prints is the one that trust pbx agrees to.
func TestTrustTheSimulatedPBX(t *testing.T) {
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	var ended sync.WaitGroup
	ended.Go(func() {
		run(ctx, []string{"sim", "--tls", "--pbx", port, "--pms", "127.0.0.1:0", "--ftp", "", "--sftp", ""}, write, write)
		_ = write.Close()
	})
	defer ended.Wait()
	defer cancel()
	head := make([]byte, 4096)
	n, err := io.ReadAtLeast(read, head, 1)
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`SHA-256 ([0-9a-f]{64})`).FindStringSubmatch(string(head[:n]))
	if shown == nil {
		t.Fatalf("no fingerprint in %s", head[:n])
	}

	dir := t.TempDir()
	file := filepath.Join(dir, "b.toml")
	text := "[hotel]\nlanguage=\"en\"\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\nurl=\"https://" + port + "\"\nusername=\"api\"\n[store]\npath=\"" + dir + "/b.db\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		fingerprint, want string
		code              int
	}{
		{strings.Repeat("0", 64), "nothing was changed", 1},
		{strings.ToUpper(shown[1]), "trusted", 0},
	} {
		var out strings.Builder
		if code := run(ctx, []string{"trust", "pbx", "-c", file, "--fingerprint", c.fingerprint}, &out, &out); code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %d, %s", c.fingerprint, code, out.String())
		}
	}
}

// TestTrustTheSimulatedServerForFiles pins the host key that bellhop sim
// prints, and nothing for plain FTP.
func TestTrustTheSimulatedServerForFiles(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	var ended sync.WaitGroup
	ended.Go(func() {
		const free = "127.0.0.1:0"
		run(ctx, []string{"sim", "--pbx", free, "--pms", free, "--ftp", free, "--sftp", free}, write, write)
		_ = write.Close()
	})
	defer ended.Wait()
	defer cancel()
	head := make([]byte, 4096)
	n, err := io.ReadAtLeast(read, head, 1)
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(sftp://support@\S+).*\n\s+host key (SHA256:\S+)`).FindStringSubmatch(string(head[:n]))
	if shown == nil {
		t.Fatalf("no host key in %s", head[:n])
	}

	dir := t.TempDir()
	file, pin := filepath.Join(dir, "b.toml"), filepath.Join(dir, "pins", "install")
	for _, c := range []struct {
		url, fingerprint, want string
		code                   int
	}{
		{"", "", "install.url is not set", 1},
		{"ftp://support@127.0.0.1", "", "shows nothing that could be agreed to", 1},
		{"file:///tmp", "", "shows nothing that could be agreed to", 1},
		{shown[1], "", "give it as --fingerprint", 1},
		{shown[1], "SHA256:" + strings.Repeat("A", 43), "the host key ssh-ed25519 is not the one with the fingerprint given; nothing was changed", 1},
		{shown[1], shown[2], "trusted", 0},
		{shown[1], strings.TrimPrefix(shown[2], "SHA256:") + "=", "trusted", 0},
	} {
		text := "[hotel]\nlanguage=\"en\"\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[install]\nurl=\"" + c.url + "\"\n[store]\npath=\"" + dir + "/b.db\"\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		code := run(ctx, []string{"trust", "install", "-c", file, "--fingerprint", c.fingerprint}, &out, &out)
		if code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s %s: %d, %s", c.url, c.fingerprint, code, out.String())
		}
		kept, err := os.ReadFile(pin)
		if (err == nil && strings.HasPrefix(string(kept), "ssh-ed25519 AAAA")) != (c.code == 0) {
			t.Errorf("%s %s: the pin is %q, %v", c.url, c.fingerprint, kept, err)
		}
	}
	if info, err := os.Stat(pin); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the pin: %v, %v", info, err)
	}
}
