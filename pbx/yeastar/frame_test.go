package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cut gives all that a stream is cut into: objects as they are, broken ones
// as "why: bytes", lines in angle brackets.
func cut(stream string) (all []string) {
	var c cutter
	note := func(p piece, ok bool) {
		switch {
		case !ok:
		case p.line != "":
			all = append(all, "<"+p.line+">")
		case p.why != nil:
			all = append(all, p.why.Error()+": "+string(p.object))
		default:
			all = append(all, string(p.object))
		}
	}
	for i := range len(stream) {
		note(c.add(stream[i]))
	}
	note(c.end(errors.New("end")))
	return all
}

func TestCutter(t *testing.T) {
	broken := errBroken.Error() + ": "
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"one":                    {`{"a":1}`, []string{`{"a":1}`}},
		"glued":                  {`{"a":1}{"b":{"c":[{},{}]}}{}`, []string{`{"a":1}`, `{"b":{"c":[{},{}]}}`, `{}`}},
		"blank lines":            {"\r\n\r\n{\"a\":1}\r\n\n\n{\"b\":2}\n", []string{`{"a":1}`, `{"b":2}`}},
		"banner":                 {"PBX API 2.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n{}", []string{"<PBX API 2.0.0>", "<Response: Success>", "<Message: Authentication accepted>", "{}"}},
		"banner on the line":     {`hello {"a":1}`, []string{`{"a":1}`}},
		"braces in strings":      {`{"a":"}{\"{","b":"\\"}{"c":"\\\"}"}`, []string{`{"a":"}{\"{","b":"\\"}`, `{"c":"\\\"}"}`}},
		"stray ends":             {`}]"}{"a":1}}` + "\n" + `{"b":1}`, []string{`{"a":1}`, "<}>", `{"b":1}`}},
		"cut off by the end":     {`{"a":1}{"b":`, []string{`{"a":1}`, `end: {"b":`}},
		"broken off after colon": {"{\"event\":\"DTMF\",\"infos\":\r\n{\"b\":1}", []string{broken + "{\"event\":\"DTMF\",\"infos\":\r\n", `{"b":1}`}},
		"broken off in string":   {"{\"a\":\"xy\r\n{\"b\":1}", []string{broken + "{\"a\":\"xy\r\n", `{"b":1}`}},
		"… on the same line":     {`{"a":"xy{"b":"c"}{"d":"e"}`, []string{broken + `{"a":"xy{"b":"c"}`, `{"d":"e"}`}},
		"broken off after value": {`{"a":1{"b":1}`, []string{broken + `{"a":1`, `{"b":1}`}},
		// The next report is taken for the value, and kept with it.
		"broken off, glued":       {`{"a":{"b":1}{"c":1}`, []string{broken + `{"a":{"b":1}`, `{"c":1}`}},
		"comma missing":           {"{\"a\":\"b\"\n\"c\":{\"d\":1}}{\"e\":1}", []string{"{\"a\":\"b\"\n\"c\":{\"d\":1}}", `{"e":1}`}},
		"line break in a string":  {"{\"a\":\"b\nc\",\"d\":1}\n{\"e\":1}", []string{broken + "{\"a\":\"b\nc\",\"d\":1}\n", `{"e":1}`}},
		"objects at line's begin": {"{\"a\":[\n{\"b\":1},\n{\"c\":1}\n]}", []string{"{\"a\":[\n{\"b\":1},\n{\"c\":1}\n]}"}},
		"closed twice":            {`{"a":1}}{"b":1}`, []string{`{"a":1}`, `{"b":1}`}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := cut(c.stream); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestCutterIsBounded(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", 2*maxBody) + `"}`
	got := cut(long + `{"b":1}`)
	if len(got) != 2 || len(got[0]) > maxBroken+100 || !strings.HasPrefix(got[0], errTooLong.Error()) || got[1] != `{"b":1}` {
		t.Errorf("%d pieces, the first of %d bytes", len(got), len(got[0]))
	}
	got = cut(`{"a":` + strings.Repeat("[", 2*maxBody) + "\n" + `{"b":1}`)
	if len(got) != 1 || len(got[0]) > maxBroken+100 {
		t.Errorf("endless: %d pieces, the first of %d bytes", len(got), len(got[0]))
	}
	if got = cut(strings.Repeat("x", maxBody) + "\n{}"); len(got) != 2 || len(got[0]) > maxLine+2 {
		t.Errorf("a line of %d bytes", len(got[0]))
	}
}

// reports are the vectors that are one object each.
func reports(t testing.TB) (all []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		body := bytes.TrimSpace(vector(t, filepath.Base(file)))
		if json.Valid(body) {
			all = append(all, string(body))
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d vectors", len(all))
	}
	return all
}

func TestCutterTakesEveryVector(t *testing.T) {
	all := reports(t)
	for _, between := range []string{"", "\n", "\r\n", "\r\n\r\n", "Event: \r\n"} {
		got := slices.DeleteFunc(cut(strings.Join(all, between)), func(p string) bool { return p[0] == '<' })
		if !slices.Equal(got, all) {
			t.Errorf("parted by %q: got %d of %d, or others", between, len(got), len(all))
		}
	}
}

// TestCutterOutlivesEveryBreak breaks one report off at each of its bytes: of
// those that follow, one may be taken for a part of it, and then goes with it;
// the next is whole.
func TestCutterOutlivesEveryBreak(t *testing.T) {
	all := reports(t)
	for _, between := range []string{"", "\n"} {
		for _, victim := range all {
			for at := range len(victim) {
				got := cut(victim[:at] + between + all[0] + between + all[1] + between + all[2])
				if last := got[len(got)-1]; last != all[2] {
					t.Fatalf("%q broken off at %d, parted by %q: the last was %q", victim, at, between, last)
				}
				if whole := strings.Join(got, ""); !strings.Contains(whole, all[0]) || !strings.Contains(whole, all[1]) {
					t.Fatalf("%q broken off at %d: bytes are lost", victim, at)
				}
			}
		}
	}
}

func FuzzCutter(f *testing.F) {
	all := reports(f)
	for few := range slices.Chunk(all, 4) { // all at once would keep the fuzzer at making it smaller
		f.Add([]byte(strings.Join(few, "")))
	}
	for _, body := range all {
		for at := 0; at < len(body); at += 64 {
			f.Add([]byte(body[:at] + all[0] + "\r\n" + body[at:]))
		}
	}
	f.Add([]byte("Response: Success\r\n\r\n" + all[0] + "}{" + all[1]))
	for _, text := range everyVector(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if len(stream) > 8<<10 {
			return
		}
		var c cutter
		total := 0
		check := func(p piece, ok bool) {
			if !ok {
				return
			}
			total += len(p.object)
			if (p.object == nil) == (p.line == "") || len(p.object) > maxBody || len(p.line) > maxLine {
				t.Fatalf("a piece of %d bytes, line %q", len(p.object), p.line)
			}
			if p.object != nil && !bytes.Contains(stream, p.object) {
				t.Fatalf("%q was never sent", p.object)
			}
			if p.object != nil {
				p.event()
			}
		}
		for _, b := range stream {
			check(c.add(b))
		}
		check(c.end(errors.New("end")))
		if total > len(stream) {
			t.Fatalf("%d bytes of %d", total, len(stream))
		}
		// What is whole before and after it comes through: at most the two
		// that follow go with what breaks off.
		got := cut(all[0] + "\n" + string(stream) + "\n" + all[1] + "\n" + all[2] + "\n" + all[3])
		if got[0] != all[0] {
			t.Fatalf("the first was %q", got[0])
		}
	})
}
