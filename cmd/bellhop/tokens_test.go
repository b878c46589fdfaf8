package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/agent"
)

func TestTokensOnTheCommandLine(t *testing.T) {
	file := runningAgent(t, "")
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"tokens list", "", "nothing to list", 0},
		{"tokens add", "", "needs NAME", 2},
		{"tokens add pms", "", `--scope must be read, desk or admin, but it is ""`, 2},
		{"tokens add pms --scope root", "", `but it is "root"`, 2},
		{"tokens add pms --scope desk --expires soon", "", `--expires must be such as 90d or 12h, ten years at most, but it is "soon"`, 2},
		{"tokens add pms --scope desk --expires 0d", "", "--expires must be", 2},
		{"tokens add pms --scope desk --expires 4000d", "", "--expires must be", 2},
		{"tokens add pms --scope desk --expires -3h", "", "--expires must be", 2},
		{"tokens add p/ms --scope desk", "", "tokens add: token.name: must be 1 to 40 letters", 1},
		{"tokens add pms --scope desk --expires 90d", "bh_", "it is not shown again", 0},
		{"tokens add pms --scope desk", "", "is on the list already: revoke it first", 1},
		{"tokens add grafana --scope read --json", `"token":"bh_`, "", 0},
		{"tokens list", "desk ", "", 0},
		{"tokens list --json", `"name":"grafana","scope":"read"`, "", 0},
		{"events list", "token add", "", 0},
		{"tokens revoke x", "", "must be one of the list", 1},
		{"tokens revoke", "", "needs NAME", 2},
		{"tokens revoke a/b", "", "must be 1 to 40 letters", 1},
		{"tokens revoke pms", "token pms is revoked (event ", "", 0},
		{"tokens add --help", "bellhop tokens add pms --scope desk", "", 0},
		{"status", "", "", 0},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), append(strings.Fields(c.args), "-c", file), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
		if strings.Contains(errOut.String(), "bh_") {
			t.Errorf("bellhop %s shows a token where logs go: %q", c.args, errOut.String())
		}
	}
}

// TestTokenOverTLS is what an integrator does: add a token, pin the fingerprint
// that is shown, ask, and be refused after the revocation.
func TestTokenOverTLS(t *testing.T) {
	file := runningAgentAt(t, "", "", "listen=\"127.0.0.1:0\"\ntls=\"self\"")
	command := func(words string) (string, string) {
		t.Helper()
		var out, errOut strings.Builder
		if code := run(t.Context(), append(strings.Fields(words), "-c", file), &out, &errOut); code != 0 {
			t.Fatalf("bellhop %s: %d %s", words, code, errOut.String())
		}
		return out.String(), errOut.String()
	}
	token, said := command("tokens add pms --scope read")
	token = strings.TrimSpace(token)
	var s agent.Status
	text, _ := command("status --json")
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.API.Fingerprint == "" || !strings.Contains(said, s.API.Fingerprint) {
		t.Fatalf("%s %+v %v", said, s.API, err)
	}
	for _, words := range []string{"status", "doctor --offline"} {
		var out strings.Builder // what else the doctor finds is not looked at
		if run(t.Context(), append(strings.Fields(words), "-c", file), &out, io.Discard); !strings.Contains(out.String(), s.API.Fingerprint) {
			t.Errorf("bellhop %s does not show the fingerprint: %s", words, out.String())
		}
	}
	if _, errOut := command("tokens list"); !strings.Contains(errOut, s.API.Fingerprint) {
		t.Errorf("bellhop tokens list: %s", errOut)
	}
	client := pinning(s.API.Fingerprint)
	ask := func(path string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.API.Address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if got := [3]int{ask("/v1/status"), ask("/v1/folio"), ask("/v1/tokens")}; got != [3]int{200, 403, 404} {
		t.Errorf("answered %v", got)
	}
	for end := time.Now().Add(20 * time.Second); ; { // it is noted beside the answer
		out, _ := command("tokens list --json")
		if strings.Contains(out, `"used":"`) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("not seen that it was used: %s", out)
		}
	}
	command("tokens revoke pms")
	if got := ask("/v1/status"); got != http.StatusUnauthorized {
		t.Errorf("after the revocation: %d", got)
	}
	if _, err := pinning(strings.Repeat("0", 64)).Get("https://" + s.API.Address + "/healthz"); err == nil {
		t.Error("another fingerprint is as good")
	}
}

// pinning is a client that knows the server by its certificate alone.
func pinning(fingerprint string) *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if sum := sha256.Sum256(s.PeerCertificates[0].Raw); hex.EncodeToString(sum[:]) != fingerprint {
				return x509.CertificateInvalidError{}
			}
			return nil
		},
	}}}
}

// TestDoorThatCannotOpenCostsNotTheHotel: the agent runs, and says what is
// wrong with what it was told of the network.
func TestDoorThatCannotOpenCostsNotTheHotel(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	gone := filepath.Join(t.TempDir(), "gone")
	for name, c := range map[string][2]string{
		"port":        {"listen=\"" + taken.Addr().String() + "\"", "address already in use"},
		"certificate": {"listen=\"127.0.0.1:0\"\ntls=\"file\"\ncert=\"" + gone + "\"\nkey=\"" + gone + "\"", "no such file"},
	} {
		file := runningAgentAt(t, "", "", c[0])
		for _, words := range []string{"status", "doctor --offline"} {
			var out, errOut strings.Builder
			code := run(t.Context(), append(strings.Fields(words), "-c", file), &out, &errOut)
			if !strings.Contains(out.String(), c[1]) || (words == "status") != (code == 0) {
				t.Errorf("%s, %s: %d %s %s", name, words, code, out.String(), errOut.String())
			}
		}
	}
}
