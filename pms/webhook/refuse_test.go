package webhook

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"

	"bellhop/pms"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestWhatCannotGoOutIsRefusedHere(t *testing.T) {
	link := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("it was sent")
	}), Options{Secret: testSecret})
	for name, change := range map[string]func(*pms.Message){
		"no key":    func(m *pms.Message) { m.Key = "" },
		"long key":  func(m *pms.Message) { m.Key = strings.Repeat("k", maxKey+1) },
		"header":    func(m *pms.Message) { m.Key = "a\r\nb: c" },
		"full stop": func(m *pms.Message) { m.Key = "a.b" },
		"not JSON":  func(m *pms.Message) { m.Data = json.RawMessage(`{"amount":`) },
		"much too big": func(m *pms.Message) {
			m.Data = json.RawMessage(`"` + strings.Repeat("x", maxBody) + `"`)
		},
	} {
		m := posting
		change(&m)
		_, err := link.Send(t.Context(), m)
		if outcome(t, err) != "refused" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"no address":   {Secret: testSecret},
		"other scheme": {URL: "ftp://HIDDEN:HIDDEN@192.0.2.1/", Secret: testSecret},
		"no host":      {URL: "https:///HIDDEN", Secret: testSecret},
		"broken":       {URL: "https://HIDDEN:HIDDEN@\x7f/", Secret: testSecret},
		"no secret":    {URL: "https://192.0.2.1/", Secret: "\n"},
		"bad base64":   {URL: "https://192.0.2.1/", Secret: "whsec_HIDDEN*"},
		"empty base64": {URL: "https://192.0.2.1/", Secret: "whsec_"},
	} {
		_, err := New(o)
		if err == nil || strings.Contains(err.Error(), "HIDDEN") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	// Nothing listens on port 1.
	link, err := New(Options{URL: "http://HIDDEN:HIDDEN@127.0.0.1:1/HIDDEN?token=HIDDEN", Secret: "HIDDEN"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = link.Send(t.Context(), posting)
	if outcome(t, err) != "retry" || strings.Contains(err.Error(), "HIDDEN") {
		t.Errorf("error %v", err)
	}
}
