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
	text := "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\nurl=\"https://" + port + "\"\nusername=\"api\"\n[store]\npath=\"" + dir + "/b.db\"\n"
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
