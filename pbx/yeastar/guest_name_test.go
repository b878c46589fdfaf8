package yeastar

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestGuestNames(t *testing.T) {
	for _, c := range []struct {
		name  string
		api   Version
		ascii bool
		clean string
		lost  string
	}{
		{"O'Brien", V2, false, "OBrien", ""},
		{"J. Smith", V2, false, "J Smith", ""},
		{"A & B", V2, false, "A + B", ""},
		{"A & B", V1, false, "A B", ""},
		{"陈先生", V2, false, "陈先生", ""},
		{"陈先生", V1, false, "陈先生", ""},
		{"陈先生", V2, true, "Chen Xiansheng", ""},
		{"Chen 陈先生", V1, true, "Chen Chen Xiansheng", ""},
		{"王小明", V1, true, "Wang Xiaoming", ""},
		{"歐陽 娜娜", V2, true, "Ouyang Nana", ""},
		{"曾志伟", V2, true, "Zeng Zhiwei", ""},
		{"吕Müller（VIP）", V1, true, "Lyu Muller VIP", ""},
		{"吕Müller（VIP）", V2, true, "Lyu Muller(VIP)", ""},
		{"阿卜杜拉·买买提", V2, true, "Abudula Maimaiti", ""},
		{"阿卜杜拉・买买提", V2, true, "Abudula Maimaiti", ""},
		{"王小\u200b明\U000e0100", V2, true, "Wang Xiaoming", ""},
		{"^𠮷小明, さ々^", V1, true, "Xiaoming", "^𠮷さ々^"},
		{"庄庄庄庄庄庄", V2, true, "Zhuang Zhuang Zhuang Zhuang Zhu", "angZhuang"},
		{"阿卜杜拉·买买提", V2, false, "阿卜杜拉·买买提", ""},
		{"𠮷野", V2, false, "𠮷野", ""},
		{"Müller-Lüdenscheidt, Jürgen", V2, true, "Muller-Ludenscheidt, Jurgen", ""},
		{"Strauß", V2, true, "Strauss", ""},
		{"Nguyễn Thị Ánh", V2, true, "Nguyen Thi Anh", ""},
		{"Ｃｈｅｎ！", V2, true, "Chen", ""},
		{"Иванов", V2, true, "", "Иванов"},
		{"Иванов", V2, false, "Иванов", ""},
		{"Rene\u0301e", V2, true, "Renee", ""},
		{"Smith (VIP), Mr/Mrs", V2, false, "Smith (VIP), Mr/Mrs", ""},
		{"Smith (VIP), Mr/Mrs", V1, false, "Smith VIP Mr Mrs", ""},
		{"Ann 😀\u200b\x00\x07", V2, false, "Ann", "😀"},
		{"  two\t\nlines  ", V2, false, "two lines", ""},
		{"!%.@:;&\"'\\<>`$", V1, false, "", ""},
		{"\xff\xfeAnn", V2, false, "Ann", ""},
		{"", V2, false, "", ""},
		{strings.Repeat("x", 40), V2, false, strings.Repeat("x", 31), strings.Repeat("x", 9)},
		{strings.Repeat("陈", 32), V1, false, strings.Repeat("陈", 31), "陈"},
		{strings.Repeat("x", 30) + " yz", V2, false, strings.Repeat("x", 30), "yz"},
		{strings.Repeat("x", 30) + "e\u0301", V2, false, strings.Repeat("x", 30), "e"},
	} {
		clean, lost := GuestName(c.name, c.api, c.ascii)
		if clean != c.clean || lost != c.lost {
			t.Errorf("%q for %s, ascii %v: %q without %q, want %q without %q", c.name, c.api, c.ascii, clean, lost, c.clean, c.lost)
		}
	}
}

func FuzzGuestName(f *testing.F) {
	f.Add("O'Brien & 陈先生 Müller", true, true)
	f.Add("欧阳 娜娜\u200b・王𠮷明Tom曾志伟先生12", false, true)
	f.Add("\xffe\u0301\u0301\u0301\u0301 𠮷.", false, false)
	f.Fuzz(func(t *testing.T, name string, old, ascii bool) {
		api := V2
		if old {
			api = V1
		}
		clean, lost := GuestName(name, api, ascii)
		if strings.ContainsAny(clean, forbidden) || !utf8.ValidString(clean) || utf8.RuneCountInString(clean) > maxName {
			t.Errorf("%q became %q", name, clean)
		}
		if !utf8.ValidString(lost) || strings.ContainsFunc(clean, func(r rune) bool { return r < ' ' || ascii && r >= utf8.RuneSelf }) {
			t.Errorf("%q became %q without %q", name, clean, lost)
		}
		if again, more := GuestName(clean, api, ascii); again != clean || more != "" {
			t.Errorf("%q became %q, then %q", name, clean, again)
		}
	})
}
