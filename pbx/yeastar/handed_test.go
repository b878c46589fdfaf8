package yeastar

import (
	"bytes"
	"strings"
	"testing"
)

func TestMaskedFormIsTheTextBesideSecrets(t *testing.T) {
	for body, want := range map[string]string{
		"{\n  \"ext\": {\"n\":1},\r\n \"ext\":\t{} }": "{\n  \"ext\": {\"n\":1},\r\n \"ext\":\t{} }",
		`{"pincode":"", "sn" : "1"}`:                  `{"pincode":"", "sn" : "1"}`,
		`{"pincode":null}`:                            `{"pincode":null}`,
		`{"a": [{"pincode" : "4711"} ],  "b":"é"}`:    `{"a": [{"pincode" : "***"} ],  "b":"é"}`,
		`{"Pincode":4711, "b" : 1}`:                   `{"Pincode":"***", "b" : 1}`,
		`{"a": 1,, "pincode":"4711"}`:                 `{"a": 1,, "pincode":"***"}`,
		"\xff":                                        "\xff",
	} {
		if got := string(maskedForm([]byte(body))()); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// What is handed on holds no PIN that the report, as read, has one of.
func FuzzMaskedForm(f *testing.F) {
	f.Add("471147114711", "pincode", `{"a":`, `}`)
	f.Add("471147114711", `pinc\u006Fde`, `{"call":[{"x":1,`, `}]}`)
	f.Add("471147114711", ` PINCODE\t`, ``, `}`)
	f.Fuzz(func(t *testing.T, pin, key, before, after string) {
		if len(pin) < 12 || len(pin) > 32 || strings.Trim(pin, "0123456789") != "" || len(before)+len(after)+len(key) > 4096 {
			t.Skip()
		}
		body := []byte(before + `"` + key + `":"` + pin + `"` + after)
		n, err := parse(body)
		if err != nil || !pinIn(n, pin) {
			t.Skip()
		}
		if strings.Contains(before+after+key, pin) {
			t.Skip() // also elsewhere, where it is no secret
		}
		if got := maskedForm(body)(); bytes.Contains(got, []byte(pin)) {
			t.Errorf("%q hands on the PIN: %q", body, got)
		}
	})
}

// pinIn tells whether a secret field has the PIN as its value.
func pinIn(n node, pin string) bool {
	for _, p := range n.pairs {
		if secret(p.key) && p.value.text == pin || pinIn(p.value, pin) {
			return true
		}
	}
	for _, item := range n.items {
		if pinIn(item, pin) {
			return true
		}
	}
	return false
}

// Over the stream whole objects are reports; what broke off is none.
func TestMaskedFormOfTheStream(t *testing.T) {
	whole := piece{object: []byte(`{ "event":"NewCdr", "pincode":"4711"}`)}.report()
	if whole.Masked == nil || string(whole.Masked()) != `{ "event":"NewCdr", "pincode":"***"}` || whole.Event.Name != "NewCdr" {
		t.Errorf("%+v", whole)
	}
	if cut := (piece{object: []byte(`{ "event"`), why: errBroken}).report(); cut.Masked != nil || cut.Event.Kind != "unknown" {
		t.Errorf("%+v", cut)
	}
}
