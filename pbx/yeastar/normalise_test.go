package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func vector(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "events", name))
	if err != nil {
		t.Fatalf("read vector: %v", err)
	}
	return body
}

// everyVector gives all that the vendor's manuals print, of both versions,
// and what was made after them: each parser is fuzzed from all of it, as a PBX
// may send anything anywhere.
func everyVector(t testing.TB) (all [][]byte) {
	t.Helper()
	for _, folder := range []string{"events", "answers", "requests", "others"} {
		files, err := filepath.Glob(filepath.Join("testdata", folder, "*"))
		if err != nil || len(files) < 40 {
			t.Fatalf("%d vectors in %s: %v", len(files), folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
		}
	}
	return all
}

func TestEveryVectorIsExpected(t *testing.T) {
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("list vectors: %v, %d", err, len(files))
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			want, known := expected[name]
			if !known {
				t.Fatal("no expectation for this vector")
			}
			got, err := Normalise(vector(t, name))
			if want == "" {
				if err == nil {
					t.Fatal("a malformed report was taken")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			have, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if !sameJSON(t, have, []byte(want)) {
				t.Errorf("got  %s\nwant %s", have, want)
			}
		})
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y map[string]any
	if err := errors.Join(json.Unmarshal(a, &x), json.Unmarshal(b, &y)); err != nil {
		t.Fatal(err)
	}
	x["source"], y["source"] = "pbx", "pbx"
	delete(x, "time")
	return bytes.Equal(quoted(x), quoted(y))
}

func TestSpellings(t *testing.T) {
	for body, want := range map[string]string{
		`{"event":"NewCdr","status":"ANSWERD","callduration":7}`:          `{"kind":"cdr","name":"NewCdr","cdr":{"start":"","from":"","to":"","duration":7,"talk":0,"status":"ANSWERED","type":""}}`,
		`{"event":"NewCdr","status":"NO ANSWERED","callduraction":null}`:  `{"kind":"cdr","name":"NewCdr","cdr":{"start":"","from":"","to":"","duration":0,"talk":0,"status":"NO ANSWER","type":""}}`,
		`{"event":"NewCdr","status":"NOANSWER","dstrunkname":"a"}`:        `{"kind":"cdr","name":"NewCdr","cdr":{"start":"","from":"","to":"","duration":0,"talk":0,"destTrunk":"a","status":"NO ANSWER","type":""}}`,
		`{"event":"NewCdr","status":"BUSY","talkduration":"x"}`:           `{"kind":"cdr","name":"NewCdr","fields":{"talkduration":"x"},"cdr":{"start":"","from":"","to":"","duration":0,"talk":0,"status":"BUSY","type":""}}`,
		`{"action":"BYE","ext":{"extid":8101},"inbound":{"inboundid":1}}`: `{"kind":"call","name":"BYE","extension":"8101","members":[{"role":"ext","number":"8101"},{"role":"inbound","channel":"1"}]}`,
		`{"event":"DTMF","infos":" 777*01 ","flag":3}`:                    `{"kind":"dtmf","name":"DTMF","digits":"777*01","fields":{"flag":"3"}}`,
	} {
		got, err := Normalise([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if have := quoted(got); !sameJSON(t, have, []byte(want)) {
			t.Errorf("got  %s\nwant %s", have, want)
		}
	}
}

func TestUnknownKindKeepsMaskedBody(t *testing.T) {
	e, err := Normalise([]byte(`{"event":"New","PinCode":"4711","x":[{"pincode":4711}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"event":"New","PinCode":"***","x":[{"pincode":"***"}]}`; string(e.Raw) != want {
		t.Errorf("raw %s, want %s", e.Raw, want)
	}
	if strings.Contains(string(quoted(e)), "4711") {
		t.Errorf("the PIN survived: %s", quoted(e))
	}
}

func TestUnreadableMasks(t *testing.T) {
	for _, body := range []string{
		`{"pincode":"4711",`, `{"pincode": 4711,}`, `{"pincode":"4711`, `{"pincode":{"a":"4711"},}`,
		`{"pi\u006ecode":"4711",}`, `{"pincode":"a\"4711",}`, `pincode=4711`, "{\"PINCODE\"\n:\n4711",
	} {
		e := Unreadable([]byte(body), errors.New("why"))
		if bytes.Contains(e.Raw, []byte("4711")) {
			t.Errorf("%s: the PIN survived: %s", body, e.Raw)
		}
		if e.Kind != "unknown" || e.Fields["error"] != "why" {
			t.Errorf("%s: %+v", body, e)
		}
	}
}

func TestBounds(t *testing.T) {
	for name, body := range map[string]string{
		"deep":    strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40),
		"members": `{"call":[` + strings.Repeat(`{"ext":{}},`, maxMembers) + `{"ext":{}}]}`,
		"long":    `{"a":"` + strings.Repeat("x", maxBody) + `"}`,
		"array":   `[]`,
		"empty":   ``,
		"comma":   `{"a":1,}`,
		"extra":   `{"a":1}{}`,
	} {
		if _, err := Normalise([]byte(body)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, body := range everyVector(f) {
		f.Add(body, "4711")
	}
	f.Fuzz(func(t *testing.T, body []byte, pin string) {
		if e, err := Normalise(body); err != nil {
			Unreadable(body, err)
		} else if e.Source != source {
			t.Fatal("no source")
		}
		// A PIN that occurs nowhere else must be gone, whatever stands around it.
		const mark = "PIN7391PIN"
		if bytes.Contains(body, []byte(mark)) {
			return
		}
		for _, with := range [][]byte{
			append([]byte(`{"pincode":"`+mark+`",`), bytes.TrimPrefix(bytes.TrimSpace(body), []byte("{"))...),
			append([]byte(`{"pincode":"`+mark), body...),
		} {
			e, err := Normalise(with)
			if err != nil {
				e = Unreadable(with, err)
			}
			if bytes.Contains(e.Raw, []byte(mark)) || bytes.Contains(quoted(e.Fields), []byte(mark)) {
				t.Fatalf("the PIN survived in %q", e.Raw)
			}
		}
	})
}
