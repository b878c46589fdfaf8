package update

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	good := bytes.Repeat([]byte("bellhop "), 5<<17) // 5 MB
	files := map[string]func(w http.ResponseWriter){
		"/bellhop.deb":         func(w http.ResponseWriter) { _, _ = w.Write(good) },
		"/bellhop.deb.minisig": func(w http.ResponseWriter) { _, _ = w.Write([]byte("signature")) },
		"/unsigned.deb":        func(w http.ResponseWriter) { _, _ = w.Write(good) },
		"/wordy.deb":           func(w http.ResponseWriter) {},
		"/wordy.deb.minisig":   func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, maxSignature+1)) },
		"/cut.deb": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(good[:10])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := files[r.URL.Path]; answer != nil {
			answer(w)
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	f := FolderOf(t.TempDir() + "/data/b.db")
	var steps []string
	said := func(got, whole int64) { steps = append(steps, fmt.Sprint(got>>20, whole)) }
	for range 2 { // again over what is there
		file, err := f.Fetch(t.Context(), server.URL+"/bellhop.deb?token=x", said)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		signature, second := os.ReadFile(file + ".minisig")
		if err != nil || second != nil || !bytes.Equal(text, good) || string(signature) != "signature" {
			t.Errorf("fetched %d bytes and %q: %v, %v", len(text), signature, err, second)
		}
	}
	if len(steps) != 2 || !strings.HasPrefix(steps[0], "4 ") {
		t.Errorf("said %q", steps)
	}
	for path, why := range map[string]string{
		"/none.deb":     "404",
		"/unsigned.deb": "404",
		"/wordy.deb":    "it has more than",
		"/cut.deb":      "unexpected EOF",
		"/":             "names no file",
		"/..":           "names no file",
	} {
		before := names(t, f.in("download"))
		file, err := f.Fetch(t.Context(), strings.Replace(server.URL, "//", "//user:canary@", 1)+path, nil)
		if err == nil || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %q, %v; want %q", path, file, err, why)
		}
		if path == "/cut.deb" && !slices.Equal(names(t, f.in("download")), before) {
			t.Errorf("half a package stays: %q", names(t, f.in("download")))
		}
	}
}

func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}
