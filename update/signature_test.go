package update

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"aead.dev/minisign"
)

func newKey(t testing.TB) (minisign.PublicKey, minisign.PrivateKey) {
	t.Helper()
	public, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

func signed(t testing.TB, private minisign.PrivateKey, text, comment string) []byte {
	t.Helper()
	reader := minisign.NewReader(strings.NewReader(text))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Fatal(err)
	}
	return reader.SignWithComments(private, comment, "from a test")
}

const (
	goodFile    = "the bytes of a package"
	goodComment = "timestamp:1790000000\tfile:bellhop_1.2.3_arm64.deb\tversion:1.2.3"
)

func TestSignature(t *testing.T) {
	public, private := newKey(t)
	other, stranger := newKey(t)
	good := signed(t, private, goodFile, goodComment)
	edit := func(old, new string) []byte {
		changed := bytes.Replace(good, []byte(old), []byte(new), 1)
		if bytes.Equal(changed, good) {
			t.Fatalf("the signature has no %q", old)
		}
		return changed
	}
	lines := strings.Split(string(good), "\n")
	flip := func(line int) []byte { // one bit of what it encodes
		all := append([]string(nil), lines...)
		letter := byte('A')
		if all[line][20] == letter {
			letter = 'B'
		}
		all[line] = all[line][:20] + string(letter) + all[line][21:]
		return []byte(strings.Join(all, "\n"))
	}
	for name, c := range map[string]struct {
		file      string
		signature []byte
		keys      []minisign.PublicKey
		why       string // empty: it is good
	}{
		"good":                         {goodFile, good, []minisign.PublicKey{public}, ""},
		"good, by the second key":      {goodFile, good, []minisign.PublicKey{other, public}, ""},
		"untrusted comment changed":    {goodFile, edit("from a test", "from nobody"), []minisign.PublicKey{public}, ""}, // it is not signed
		"no key":                       {goodFile, good, nil, "no key is trusted"},
		"a key that is not trusted":    {goodFile, signed(t, stranger, goodFile, goodComment), []minisign.PublicKey{public}, "none of the trusted keys"},
		"a byte more":                  {goodFile + "\n", good, []minisign.PublicKey{public}, "none of the trusted keys"},
		"a byte less":                  {goodFile[1:], good, []minisign.PublicKey{public}, "none of the trusted keys"},
		"empty file":                   {"", good, []minisign.PublicKey{public}, "none of the trusted keys"},
		"version changed":              {goodFile, edit("version:1.2.3", "version:9.2.3"), []minisign.PublicKey{public}, "none of the trusted keys"},
		"file changed":                 {goodFile, edit("arm64", "amd64"), []minisign.PublicKey{public}, "none of the trusted keys"},
		"signature flipped":            {goodFile, flip(1), []minisign.PublicKey{public}, "none of the trusted keys"},
		"comment's signature flipped":  {goodFile, flip(3), []minisign.PublicKey{public}, "none of the trusted keys"},
		"comment's signature gone":     {goodFile, []byte(strings.Join(lines[:3], "\n")), []minisign.PublicKey{public}, "none of minisign's"},
		"empty signature":              {goodFile, nil, []minisign.PublicKey{public}, "none of minisign's"},
		"huge signature":               {goodFile, bytes.Repeat([]byte("x"), maxSignature+1), []minisign.PublicKey{public}, "more than"},
		"old form":                     {goodFile, minisign.SignWithComments(private, []byte(goodFile), goodComment, ""), []minisign.PublicKey{public}, ""},
		"says no version":              {goodFile, signed(t, private, goodFile, "file:a"), []minisign.PublicKey{public}, "which version"},
		"says no file":                 {goodFile, signed(t, private, goodFile, "version:1.2.3"), []minisign.PublicKey{public}, "which file"},
		"says a path":                  {goodFile, signed(t, private, goodFile, "file:../a version:1.2.3"), []minisign.PublicKey{public}, "which file"},
		"says two versions":            {goodFile, signed(t, private, goodFile, "file:a version:1.2.3 version:1.2.4"), []minisign.PublicKey{public}, "twice"},
		"says what is no version":      {goodFile, signed(t, private, goodFile, "file:a version:latest"), []minisign.PublicKey{public}, "which version"},
		"says a version with a v":      {goodFile, signed(t, private, goodFile, "file:a version:v1.2.3"), []minisign.PublicKey{public}, "which version"},
		"says less than three numbers": {goodFile, signed(t, private, goodFile, "file:a version:1.2"), []minisign.PublicKey{public}, "which version"},
	} {
		if name == "old form" { // the library signs it prehashed only by its Reader
			var sig minisign.Signature
			if err := sig.UnmarshalText(c.signature); err != nil {
				t.Fatal(err)
			}
			if sig.Algorithm == minisign.EdDSA {
				c.why = "old form"
			}
		}
		got, err := Verify(strings.NewReader(c.file), c.signature, c.keys)
		switch {
		case c.why == "" && (err != nil || got.Version != "1.2.3" || got.File != "bellhop_1.2.3_arm64.deb" || got.Key != public.ID()):
			t.Errorf("%s: %+v, %v", name, got, err)
		case c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)):
			t.Errorf("%s: %+v, %v; want %q", name, got, err, c.why)
		}
		if strings.HasPrefix(c.why, "none of the trusted") && !errors.Is(err, ErrUntrusted) {
			t.Errorf("%s: %v is of another kind", name, err)
		}
	}
}

// A file that never ends is not read for ever.
func TestSignatureOfAnEndlessFile(t *testing.T) {
	public, private := newKey(t)
	if _, err := Verify(endless{}, signed(t, private, "", goodComment), []minisign.PublicKey{public}); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Error(err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestParseKeys(t *testing.T) {
	public, _ := newKey(t)
	whole, err := public.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys([]string{public.String(), string(whole) + "\n"})
	if err != nil || len(keys) != 2 || !keys[0].Equal(public) || !keys[1].Equal(public) {
		t.Errorf("%v, %v", keys, err)
	}
	if _, err := ParseKeys([]string{"RW"}); err == nil {
		t.Error("half a key is taken")
	}
}

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		older bool
	}{
		{"1.2.3", "1.2.4", true}, {"1.2.4", "1.2.3", false}, {"1.2.3", "1.2.3", false},
		{"1.9.0", "1.10.0", true}, {"1.10.0", "1.9.0", false},
		{"1.3.0-rc.1", "1.3.0", true}, {"1.3.0", "1.3.0-rc.1", false}, {"1.3.0-rc.1", "1.2.9", false},
		{"1.0.0", "(devel)", false}, {"1.0.0", "unknown", false}, {"1.0.0", "0a1b2c3d4e5f", false},
	} {
		if got := older(c.a, c.b); got != c.older {
			t.Errorf("%s is older than %s: %v", c.a, c.b, got)
		}
	}
}

// FuzzSignature: whatever a signature's bytes are, only that of the key's owner
// counts, with what its owner wrote in it.
func FuzzSignature(f *testing.F) {
	public, private := newKey(f)
	good := signed(f, private, goodFile, goodComment)
	f.Add(good)
	f.Add(bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")))
	f.Add(signed(f, private, goodFile, "file:a version:0.0.1"))
	f.Fuzz(func(t *testing.T, signature []byte) {
		got, err := Verify(strings.NewReader(goodFile), signature, []minisign.PublicKey{public})
		if err != nil {
			return
		}
		if got != (Signed{File: "bellhop_1.2.3_arm64.deb", Version: "1.2.3", Key: public.ID()}) && got != (Signed{File: "a", Version: "0.0.1", Key: public.ID()}) {
			t.Errorf("%q counts as %+v", signature, got)
		}
	})
}

// FuzzComment: what a trusted comment says is a name without a way to it, and a
// version that can be compared.
func FuzzComment(f *testing.F) {
	f.Add(goodComment)
	f.Add("file:.. version:1.2.3")
	f.Add("version:1.2.3+a file:\x00")
	f.Fuzz(func(t *testing.T, comment string) {
		got, err := readComment(comment, 1)
		if err != nil {
			return
		}
		if strings.ContainsAny(got.File, "/\\ \t\n") || got.File == "" || older(got.Version, got.Version) || !isVersion(got.Version) {
			t.Errorf("%q is read as %+v", comment, got)
		}
	})
}
