package api

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSilentAgent: a command says that the agent hangs, in a person's words.
func TestSilentAgent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path) // the system takes connections for it
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c := NewClient(path)
	c.http.Timeout = time.Millisecond
	err = c.Get(t.Context(), "/v1/status", nil)
	if err == nil || !strings.Contains(err.Error(), "the agent runs, but has not answered within 1ms") {
		t.Error(err)
	}
}
