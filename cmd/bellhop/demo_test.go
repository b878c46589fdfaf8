package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestDemoDay plays the whole day: real agent, simulated far sides.
func TestDemoDay(t *testing.T) {
	for _, way := range []string{"http", "tcp"} {
		t.Run(way, func(t *testing.T) {
			var out, errOut strings.Builder
			if code := run(t.Context(), []string{"demo", "--once", "--events", way, "--dir", t.TempDir()}, &out, &errOut); code != 0 {
				t.Errorf("exit %d\n%s\n%s", code, out.String(), errOut.String())
			}
		})
	}
}

// TestFailedStepShowsTheLog: the temporary folder is gone when it is read of.
func TestFailedStepShowsTheLog(t *testing.T) {
	w := &world{dir: t.TempDir()}
	if err := os.WriteFile(w.path("bellhop.log"), []byte("first\n"+strings.Repeat("line\n", 9)+"last\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := playDay(&call{env: &env{ctx: t.Context(), out: &out}}, w, []step{{"a step", func(*day) (string, error) { return "", errors.New("broken") }}})
	if err == nil || !strings.HasSuffix(err.Error(), "line\nlast") || strings.Contains(err.Error(), "first") || !strings.Contains(out.String(), "FAILED: broken") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestInterruptedDemoIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errOut strings.Builder
	code := run(ctx, []string{"demo", "--once", "--dir", t.TempDir()}, &out, &errOut)
	if code != 1 || errOut.String() != "bellhop: interrupted\n" || strings.Contains(out.String(), "FAILED") {
		t.Errorf("%d, %s%s", code, out.String(), errOut.String())
	}
}

// TestReadingIsLeftBehind: a person who does not answer can still end it.
func TestReadingIsLeftBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	begun, end := make(chan struct{}), make(chan struct{})
	defer close(end)
	go func() {
		<-begun
		cancel()
	}()
	_, err := reading(ctx, func() (string, error) {
		close(begun)
		<-end
		return "", nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
