package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThirdPartyIsComplete(t *testing.T) {
	want, err := notices(t.Context(), "..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../THIRD-PARTY")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("THIRD-PARTY is not what the program is made of: make notices")
	}
}

func TestLicences(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"none":             {map[string]string{"README.md": "MIT"}, ""},
		"one":              {map[string]string{"LICENSE": "a"}, "a"},
		"British":          {map[string]string{"LICENCE.txt": "a"}, "a"},
		"with a notice":    {map[string]string{"LICENSE": "a", "NOTICE": "n", "PATENTS": "p"}, "a n p"},
		"in a folder, too": {map[string]string{"LICENSE": "a \n\n", "LICENSES/MIT.txt": "\na", "LICENSES/X.txt": "x"}, "a x"},
	} {
		folder := t.TempDir()
		for file, text := range c.files {
			path := filepath.Join(folder, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		texts, err := licences(folder)
		if got := string(bytes.Join(texts, []byte(" "))); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestSPDX(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of charge, to any person obtaining": "MIT",
		"Redistribution and use … Neither the name of":                          "BSD-3-Clause",
		"Redistribution and use in source":                                      "BSD-2-Clause",
		"GNU GENERAL PUBLIC LICENSE":                                            "",
		"":                                                                      "",
	} {
		if got := spdx([]byte(text)); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestVersions(t *testing.T) {
	at := testRelease.time
	for _, c := range []struct {
		here, last, commit string
		changed            bool
		want               string
	}{
		{"v1.2.3", "v1.2.3", "abc1234", false, "1.2.3"},
		{"v1.3.0-rc1", "v1.3.0-rc1", "abc1234", false, "1.3.0~rc1"},
		{"", "v1.2.3", "abc1234", false, "1.2.3+git20261122.071800.abc1234"},
		{"v1.2.3", "v1.2.3", "abc1234", true, "1.2.3+git20261122.071800.abc1234.changed"},
		{"", "", "abc1234", false, "0.1.0~git20261122.071800.abc1234"},
	} {
		if got := versionOf(c.here, c.last, c.commit, c.changed, at); got != c.want || strings.Contains(got, "-") {
			t.Errorf("%v is %s", c, got)
		}
	}
}

func TestChoose(t *testing.T) {
	for names, want := range map[string]int{"": 4, "amd64": 1, "armv6,arm64": 2} {
		if some, err := choose(names); err != nil || len(some) != want {
			t.Errorf("%q are %d: %v", names, len(some), err)
		}
	}
	if _, err := choose("amd64,vax"); err == nil {
		t.Error("there is a computer vax")
	}
}
