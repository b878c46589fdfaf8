package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"
)

// TestRootsComeWithTheProgram runs itself on a system without certificates.
func TestRootsComeWithTheProgram(t *testing.T) {
	const child = "BELLHOP_TEST_NO_ROOTS"
	if os.Getenv(child) == "" {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRootsComeWithTheProgram$")
		again.Env = append(os.Environ(), child+"=1", "SSL_CERT_FILE=/nonexistent", "SSL_CERT_DIR=/nonexistent")
		if said, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		return
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 it is how many there are that counts, and these are no system's
	if n := len(pool.Subjects()); n < 50 {
		t.Errorf("%d authorities are known", n)
	}
}
