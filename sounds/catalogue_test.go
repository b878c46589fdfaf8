package sounds

import (
	"strings"
	"testing"
	"unicode"
)

// TestDocumented holds the vendor's twelve: names and Chinese texts as their
// documents have them.
func TestDocumented(t *testing.T) {
	vendors := map[string]string{
		"cleaned":      "设置为已清洁，再见",
		"uncleaned":    "设置为未清洁，再见",
		"roomstatus":   "请输入房间清洁状态",
		"room":         "房间",
		"confirm":      "确认请按1，取消并返回请按*",
		"playnum":      "您输入的编号是",
		"pro_name":     "请输入商品编号和个数",
		"product_id":   "请输入商品编码",
		"product_idc":  "您输入的商品编码是",
		"product_num":  "请输入商品个数",
		"product_numc": "您输入的商品个数是",
		"success":      "成功输入",
	}
	for name, text := range vendors {
		p, ok := Find(name)
		if !ok || !p.Documented || p.Texts["zh"] != text {
			t.Errorf("%s: %v %+v", name, ok, p)
		}
	}
	documented := 0
	for _, p := range Catalogue() {
		if p.Documented {
			documented++
		}
	}
	if documented != len(vendors) {
		t.Errorf("%d prompts are called documented, not %d", documented, len(vendors))
	}
}

// TestCatalogue holds what each entry has.
func TestCatalogue(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range Catalogue() {
		if err := CheckName(p.Name); err != nil || seen[p.Name] {
			t.Errorf("%q: twice %v, %v", p.Name, seen[p.Name], err)
		}
		seen[p.Name] = true
		if !p.Dialplan && !p.API && !p.Documented {
			t.Errorf("%s: nobody plays it", p.Name)
		}
		for _, lang := range Languages() {
			chinese := strings.ContainsFunc(p.Texts[lang], func(r rune) bool { return unicode.Is(unicode.Han, r) })
			swapped := p.Name == "bh-other-language"
			if p.Texts[lang] == "" || chinese != (lang == "zh") != swapped {
				t.Errorf("%s in %s: %q", p.Name, lang, p.Texts[lang])
			}
		}
	}
	for _, digit := range "0123456789" {
		if p, ok := Find("bh-" + string(digit)); !ok || !p.Dialplan || !p.API {
			t.Errorf("digit %c: %v %+v", digit, ok, p)
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, good := range []string{"a", "bh-1", "pro_name", strings.Repeat("a", maxName)} {
		if err := CheckName(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "1", "12-3", "a+b", "A", "a b", "../a", "a/b", ".a", "房", "a.wav", strings.Repeat("a", maxName+1)} {
		if CheckName(bad) == nil {
			t.Errorf("%q is taken for a name", bad)
		}
	}
}
