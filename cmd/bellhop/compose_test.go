package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/config"
)

// The driver's name decides in which version of the API a PBX is spoken to.
func TestDriverNamesTheAPI(t *testing.T) {
	for driver, want := range map[string]string{"yeastar": "/api/v2.0.0/login", "yeastar-v1": "/api/v1.1.0/login"} {
		asked := ""
		far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Path
			_, _ = w.Write([]byte(`{"status":"Success","token":"t"}`))
		}))
		defer far.Close()
		cfg, err := config.Parse([]byte(strings.Join([]string{
			"[hotel]", `timezone = "Asia/Shanghai"`, `country = "CN"`, "[pbx]", `driver = "` + driver + `"`,
			`url = "` + far.URL + `"`, `username = "api"`,
		}, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Store.Path = filepath.Join(t.TempDir(), "b.db")
		t.Setenv("BELLHOP_PBX_PASSWORD", "word")
		session, err := openSession(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := session.Login(t.Context()); err != nil || asked != want {
			t.Errorf("%s: %v, asked %s, want %s", driver, err, asked, want)
		}
	}
}
