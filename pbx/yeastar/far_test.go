package yeastar

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// far is the other side of a driver: it keeps what was asked, and answers each
// endpoint with its texts in turn, the last one for ever. An endpoint without
// a text succeeds.
type far struct {
	t       *testing.T
	answers map[string][]string
	asked   []asked
}

type asked struct {
	method, path, endpoint, query string
	body                          []byte
}

func (f *far) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	_, endpoint, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	f.asked = append(f.asked, asked{r.Method, r.URL.Path, endpoint, r.URL.RawQuery, body})
	return &http.Response{StatusCode: 200, ContentLength: -1, Body: io.NopCloser(strings.NewReader(f.answer(endpoint)))}, nil
}

func (f *far) answer(endpoint string) string {
	list := f.answers[endpoint]
	switch {
	case len(list) > 1:
		f.answers[endpoint] = list[1:]
		return list[0]
	case len(list) == 1:
		return list[0]
	case endpoint == "login":
		return loggedIn
	case endpoint == "deviceinfo/query":
		return `{"status":"Success","deviceinfo":{"sn":"369451090405"}}`
	}
	return `{"status":"Success"}`
}

// of lists what an endpoint was asked.
func (f *far) of(endpoint string) (list []asked) {
	for _, a := range f.asked {
		if a.endpoint == endpoint {
			list = append(list, a)
		}
	}
	return list
}

// last is the newest request; there must be one.
func (f *far) last() asked {
	f.t.Helper()
	if len(f.asked) == 0 {
		f.t.Fatal("nothing was asked")
	}
	return f.asked[len(f.asked)-1]
}

func farDriver(t *testing.T, api Version) (*Driver, *far) {
	f := &far{t: t, answers: map[string][]string{}}
	return &Driver{Session: &Session{
		Base: "http://192.0.2.1", API: api, HTTP: &http.Client{Transport: f}, User: "api", Password: "password",
		Registration: Registration{Address: "192.0.2.9", Port: "8260"},
	}}, f
}

func failure(number string) string { return `{"status":"Failed","errno":"` + number + `"}` }

func example(t testing.TB, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", folder, name))
	if err != nil {
		t.Fatalf("read vector: %v", err)
	}
	return string(text)
}

// sameValue compares as JSON values; blanks behind the commas of a list, which
// one example has, do not count.
func sameValue(t *testing.T, a, b []byte) bool {
	t.Helper()
	return bytes.Equal(canonical(t, a), canonical(t, b))
}

func canonical(t *testing.T, text []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return bytes.ReplaceAll(quoted(v), []byte(", "), []byte(","))
}

// printedTarget is the path and the parameters' names of a printed request,
// whose first line may be cut in two.
func printedTarget(t *testing.T, printed string) (path string) {
	t.Helper()
	words := strings.Fields(printed)
	target := strings.Join(words[1:], "")
	target, _, _ = strings.Cut(target, "?token=")
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}
