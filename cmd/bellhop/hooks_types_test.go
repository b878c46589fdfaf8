package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHooksTypes(t *testing.T) {
	code, printed, errOut := bellhop(t, "hooks", "types")
	if code != 0 || !strings.HasPrefix(printed, "---@meta bellhop\n") || errOut != "" {
		t.Fatalf("%d, %s, %.100s", code, errOut, printed)
	}
	file := filepath.Join(t.TempDir(), "bellhop.lua")
	code, out, errOut := bellhop(t, "hooks", "types", "--out", file)
	if code != 0 || out != "" || !strings.Contains(errOut, file) {
		t.Errorf("%d, %q, %q", code, out, errOut)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != printed {
		t.Errorf("the file has something else, or %v", err)
	}
	if code, out, _ := bellhop(t, "hooks", "types", "--reference"); code != 0 || !strings.HasPrefix(out, "# Hooks") {
		t.Errorf("%d, %.100s", code, out)
	}
	if code, _, errOut := bellhop(t, "hooks", "types", "--out", filepath.Join(file, "x")); code != 1 || !strings.Contains(errOut, "write the types") {
		t.Errorf("%d, %q", code, errOut)
	}
}
