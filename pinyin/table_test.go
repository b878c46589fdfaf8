package pinyin

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestReadings(t *testing.T) {
	for r, want := range map[rune]string{
		'一': "yi", '王': "wang", '霜': "shuang", '阿': "a", '吕': "lyu", '绿': "lyu", '略': "lue", '女': "nyu",
		'㐀': "qiu", '䶮': "yan", '齉': "nang", '做': "zuo", '啊': "a", '龍': "long", '龙': "long",
		first - 1: "", last: "xing", last + 1: "", 0: "", -1: "", 'a': "", '〇': "", '𠮷': "",
		'嗯': "", // n, which is no syllable
		'䷀': "", // between the two blocks
	} {
		if got := reading(r); got != want {
			t.Errorf("%q (U+%04X) is read %q, want %q", r, r, got, want)
		}
	}
}

// TestTableIsWhole goes over every code point.
func TestTableIsWhole(t *testing.T) {
	known, unified := 0, 0
	for r := rune(first); r <= last; r++ {
		syllable := reading(r)
		if syllable == "" {
			continue
		}
		known++
		if r >= 0x4E00 && r <= 0x9FA5 {
			unified++
		}
		if bytes.ContainsFunc([]byte(syllable), func(r rune) bool { return r < 'a' || r > 'z' }) {
			t.Errorf("%q is read %q", r, syllable)
		}
	}
	// Of the 20,902 that Unicode began with, some made in Japan have no reading.
	if known < 26_000 || unified < 20_880 {
		t.Errorf("%d characters are known, %d of them of the first", known, unified)
	}
	if len(table) > 60_000 {
		t.Errorf("the table has %d bytes", len(table))
	}
}

// TestTableIsAsGenerated needs the generator's module, which is not among those
// of the program; without a network it may be out of reach.
func TestTableIsAsGenerated(t *testing.T) {
	// Read here, so that go knows when the result is out of date.
	for _, source := range []string{"../tools/pinyintable/main.go", "../tools/go.mod", "../tools/go.sum"} {
		if _, err := os.ReadFile(source); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "mod", "download", "-C", "../tools", "github.com/mozillazg/go-pinyin").CombinedOutput(); err != nil {
		if os.Getenv("CI") != "true" {
			t.Skipf("the dictionary is out of reach: %v: %s", err, out)
		}
		t.Fatalf("get the dictionary: %v: %s", err, out)
	}
	fresh := filepath.Join(t.TempDir(), "table.bin")
	if out, err := exec.Command("go", "run", "-C", "../tools", "./pinyintable", fresh).CombinedOutput(); err != nil {
		t.Fatalf("make the table: %v: %s", err, out)
	}
	made, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if string(made) != table {
		t.Error("table.bin is not what tools/pinyintable makes: go generate ./pinyin")
	}
}
