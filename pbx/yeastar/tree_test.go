package yeastar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzTree compares our reading of JSON with that of the standard library.
func FuzzTree(f *testing.F) {
	for _, folder := range []string{"events", "answers", "requests"} {
		files, _ := filepath.Glob("testdata/" + folder + "/*")
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, text := range []string{
		`{}`, ` { "a" : [ ] , "b" : [ 1 , -2.50e+3 , true , false , null , "" ] } `,
		`{"\"":"\\","\u00e9":"\ud83d\ude00","x":"\ud83d","ü":"中"}`, "{\"\xff\":\"\xfe\"}",
		`{"a":{"a":{"a":{}}},"a":[[[0]]]}`, `[1]`, `"s"`, `7`, `{"a":1}{`, "\r\n{\"a\"\t:1}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := parse(body)
		want, ok := parseSlowly(body)
		if (err == nil) != ok {
			t.Fatalf("the error is %v, and the library reads it: %v", err, ok)
		}
		if ok && !reflect.DeepEqual(got, want) {
			t.Fatalf("read\n%+v, the library\n%+v", got, want)
		}
	})
}

func TestTreeDepth(t *testing.T) {
	for _, depth := range []int{maxDepth - 1, maxDepth, maxDepth + 1} {
		body := []byte(`{"a":` + string(bytes.Repeat([]byte("["), depth)) + string(bytes.Repeat([]byte("]"), depth)) + `}`)
		if _, err := parse(body); (err == nil) != (depth <= maxDepth) {
			t.Errorf("%d deep below the object: %v", depth, err)
		}
	}
}

// parseSlowly reads by the token reader of the standard library.
func parseSlowly(body []byte) (node, bool) {
	if len(body) > maxBody || !json.Valid(body) {
		return node{}, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, ok := nodeSlowly(d, 0)
	return n, ok && n.what == '{'
}

func nodeSlowly(d *json.Decoder, depth int) (n node, ok bool) {
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return n, false
	}
	switch t := token.(type) {
	case nil:
		return n, true
	case json.Delim:
		n.what = byte(t)
		for d.More() {
			var p pair
			if t == '{' {
				key, _ := d.Token()
				p.key, _ = key.(string)
			}
			if p.value, ok = nodeSlowly(d, depth+1); !ok {
				return n, false
			}
			if t == '{' {
				n.pairs = append(n.pairs, p)
			} else {
				n.items = append(n.items, p.value)
			}
		}
		_, err := d.Token()
		return n, err == nil
	}
	return node{what: 's', text: fmt.Sprint(token), raw: token}, true
}

func BenchmarkNormalise(b *testing.B) {
	body := vector(b, "L08605_DTMF.json")
	for b.Loop() {
		if _, err := Normalise(body); err != nil {
			b.Fatal(err)
		}
	}
}

// A value takes far more memory than its text: there is a bound of them, which
// a list of a thousand telephones stays below.
func TestParseBoundsValues(t *testing.T) {
	list := func(n int) []byte { return []byte(`{"a":[` + strings.Repeat("1,", n) + `1]}`) }
	if _, err := parse(list(maxNodes - 4)); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
	if _, err := parse(list(maxNodes)); err == nil || !strings.Contains(err.Error(), "values") {
		t.Errorf("too many: %v", err)
	}
}
