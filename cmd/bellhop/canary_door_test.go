package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"

	"bellhop/api"
	"bellhop/config"
)

const (
	canaryInstall      = "CANARY-install-9034"
	canaryVoicemail    = "739150284617" // a guest's own
	canaryOwnVoicemail = "615820947361" // which the box sets
	canaryStaff        = "94820573"
)

// newToken makes one and has it looked for.
func (c *canary) newToken(name string) (token string, order io.Reader) {
	token, hash := api.NewToken()
	c.mu.Lock()
	c.secrets[token], c.secrets[token[3:]] = "a token", "a token's random part"
	c.mu.Unlock()
	text, err := json.Marshal(api.AddToken{Name: name, Scope: "admin", Hash: hash})
	c.must(err)
	return token, bytes.NewReader(text)
}

// comeByToken shows a token over TCP, as it ought to be and in the ways in which
// people get it wrong.
func (c *canary) comeByToken(who string, socket, open http.Handler) {
	c.t.Helper()
	token, order := c.newToken(strings.NewReplacer(" ", "-", ",", "").Replace(who))
	w := httptest.NewRecorder()
	socket.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/tokens", order))
	if w.Code != http.StatusOK {
		c.t.Fatalf("tokens: %d %s", w.Code, w.Body)
	}
	for name, shown := range c.shows(token) {
		r := httptest.NewRequest(http.MethodGet, "https://192.0.2.7/v1/rooms", nil)
		shown(r)
		w := httptest.NewRecorder()
		open.ServeHTTP(w, r)
		fmt.Fprintln(c.to("the API, shown a token "+name), w.Code, w.Header(), w.Body)
		if (name == "well") != (w.Code == http.StatusOK) {
			c.t.Errorf("a token that is shown %s: %d %s", name, w.Code, w.Body)
		}
	}
}

// shows are ways to show a token.
func (c *canary) shows(token string) map[string]func(*http.Request) {
	return map[string]func(*http.Request){
		"well":               func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) },
		"as a password":      func(r *http.Request) { r.SetBasicAuth("bellhop", token) },
		"without its scheme": func(r *http.Request) { r.Header.Set("Authorization", token) },
		"with a blank more":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token+" ") },
		"in the query":       func(r *http.Request) { r.URL.RawQuery = "access_token=" + token },
		"in the path":        func(r *http.Request) { r.URL.Path += "/" + token },
		"as the host":        func(r *http.Request) { r.Host = token },
		"as the origin":      func(r *http.Request) { r.Method = http.MethodPost; r.Header.Set("Origin", token) },
	}
}

// comeByTLS does the same over a real connection, and has the key looked for.
func (c *canary) comeByTLS(cfg config.Config) {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(cfg.Store.Path), "tls", "key.pem"))
	c.must(err)
	block, _ := pem.Decode(text)
	c.secrets[string(block.Bytes)] = "the key of the API's certificate"
	c.secrets[strings.Split(string(text), "\n")[1]] = "a line of that key's file"
	client := api.NewClient(cfg.API.Socket)
	var s struct {
		API struct{ Address, Fingerprint string } `json:"api"`
	}
	c.must(client.Get(c.t.Context(), "/v1/status", &s))
	token, order := c.newToken("real")
	var t api.AddToken
	c.must(json.NewDecoder(order).Decode(&t))
	c.must(client.Post(c.t.Context(), "/v1/tokens", t, nil))
	for name, shown := range c.shows(token) {
		r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "https://"+s.API.Address+"/v1/rooms", nil)
		c.must(err)
		shown(r)
		answer, err := pinning(s.API.Fingerprint).Do(r)
		c.must(err)
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		fmt.Fprintln(c.to("the API over TLS, shown a token "+name), answer.Status, answer.Header, string(body))
	}
}

// echoFiles is a server for the PBX's files that says back what it is told, and
// lets nobody in.
func (c *canary) echoFiles() (address string) {
	c.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	c.must(err)
	ended := make(chan struct{})
	c.t.Cleanup(func() { _ = ln.Close(); <-ended })
	go func() {
		defer close(ended)
		for n := 0; ; n++ {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			c.echoLogin(conn, n)
		}
	}()
	return ln.Addr().String()
}

func (c *canary) echoLogin(conn net.Conn, which int) {
	defer conn.Close()
	text := textproto.NewConn(conn)
	_ = text.PrintfLine("220 files")
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		if strings.Contains(line, canaryInstall) {
			c.given(canaryInstall)
		}
		reply := []string{"530 ", "421 ", "500 ", "331 "}[which%4] + line
		if strings.HasPrefix(line, "USER") {
			reply = "331 " + line
		}
		if err := text.PrintfLine("%s", reply); err != nil {
			return
		}
	}
}

// given notes that a secret was where it belongs: with the other side.
func (c *canary) given(secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gave == nil {
		c.gave = map[string]bool{}
	}
	c.gave[secret] = true
}

// lookForCopies: a copy of the database was looked at, too, and the secrets of
// the door and the files were in use.
func (c *canary) lookForCopies() {
	c.t.Helper()
	for _, secret := range []string{canaryInstall, canaryOwnVoicemail, canaryVoicemail} {
		if !c.gave[secret] {
			c.t.Errorf("%s was never in use: nothing is proved", c.secrets[secret])
		}
	}
	if !strings.Contains(c.said["bellhop dialplan render"].String(), "SHA1") {
		c.t.Error("no dialplan that asks for a PIN was rendered")
	}
	for who := range c.said {
		if strings.HasPrefix(who, "the file ") && strings.Contains(who, "backup") {
			return
		}
	}
	c.t.Error("no copy of the database was made")
}
