package pinyin

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// whole puts together what Spell gives, with all other characters as they are.
func whole(name string) string {
	var text strings.Builder
	for i, syllable := range Spell([]rune(name)) {
		if r := []rune(name)[i]; !isChinese(r) {
			syllable = string(r)
		}
		text.WriteString(syllable)
	}
	return text.String()
}

func TestSpell(t *testing.T) {
	for name, want := range map[string]string{
		"":    "",
		"Tom": "Tom",

		"王":    "Wang",
		"王明":   "Wang Ming",
		"王小明":  "Wang Xiaoming",
		"范徐丽泰": "Fan Xulitai",
		"陳志偉":  "Chen Zhiwei",
		"劉德華":  "Liu Dehua",
		"吕":    "Lyu",
		"呂布":   "Lyu Bu",
		"李女":   "Li Nyu",
		"王略":   "Wang Lue",
		"王虐":   "Wang Nue",
		"于雪":   "Yu Xue",
		"张西安":  "Zhang Xian",

		"欧阳":   "Ouyang",
		"欧阳娜娜": "Ouyang Nana",
		"歐陽娜娜": "Ouyang Nana",
		"司马光":  "Sima Guang",
		"尉迟恭":  "Yuchi Gong",
		"尉健行":  "Wei Jianxing",
		"长孙无忌": "Zhangsun Wuji",
		"长青":   "Chang Qing",
		"乐正绫":  "Yuezheng Ling",
		"万俟卨":  "Moqi Xie",
		"万里":   "Wan Li",
		"澹台灭明": "Tantai Mieming",

		"曾志伟": "Zeng Zhiwei",
		"曾曾":  "Zeng Ceng", // as a surname in the first place alone
		"单雄信": "Shan Xiongxin",
		"單田芳": "Shan Tianfang",
		"解晓东": "Xie Xiaodong",
		"仇英":  "Qiu Ying",
		"查良镛": "Zha Liangyong",
		"区楚良": "Ou Chuliang",
		"朴树":  "Piao Shu",
		"乐嘉":  "Yue Jia",
		"王乐乐": "Wang Lele",
		"翟天临": "Zhai Tianlin",
		"薄熙":  "Bo Xi",
		"阚清子": "Kan Qingzi",
		"卜算子": "Bu Suanzi",
		"李晟":  "Li Sheng",
		"沈冰":  "Shen Bing",
		"任重":  "Ren Zhong",

		"曾志伟先生":   "Zeng Zhi Wei Xian Sheng", // five together are no name
		"王 小明":    "Wang Xiaoming",
		"王　小明":    "Wang　Xiaoming",
		"欧阳 娜娜":   "Ouyang Nana",
		"王 曾曾":    "Wang Cengceng",
		"王小明 李小红": "Wang Xiaoming Li Xiaohong",
		"王 明 曾 红": "Wang Ming Zeng Hong",
		"王, 小明":   "Wang, Xiao Ming",
		"王 阿卜杜热西": "Wang A Bu Du Re Xi",

		"阿卜杜拉·买买提":    "Abudula·Maimaiti",
		"阿不都热西提・曾曾":   "Abudurexiti・Cengceng",
		"卡尔·海因里希·马克思": "Kaer·Haiyinlixi·Makesi",
		"阿‧买买提":       "A‧Maimaiti",
		"阿･买买提":       "A･Maimaiti",
		"J·史密斯":       "J·Shi Misi",
		"王明·VIP":      "Wang Ming·VIP",

		"李Tom":     "Li Tom",
		"Tom李":     "Tom Li",
		"李Tom小明":   "Li Tom Xiao Ming",
		"1203王明2":  "1203 Wang Ming 2",
		"(王小明)":    "(Wang Xiaoming)",
		"王小明(VIP)": "Wang Xiaoming(VIP)",
		"李 Tom":    "Li Tom",
		"Ann 李":    "Ann Li",

		"𠮷小明":         "Xiaoming", // the surname is unknown, and is still the surname
		"李𠮷明":         "Li Ming",
		"A𠮷小𠮷B":       "A Xiao B",
		"〇":           "",
		"佐々木さん":       "Zuo Mu さん",
		"刘䶮":          "Liu Yan", // of extension A
		"\U0001F600王": "\U0001F600Wang",
	} {
		if got := whole(name); got != want {
			t.Errorf("%q is spelled %q, want %q", name, got, want)
		}
	}
}

// TestSurnames: each that has a case of its own is known and would be read
// otherwise without it.
func TestSurnames(t *testing.T) {
	for r := rune(first); r <= last; r++ {
		if special := inSurname(r, 1); special != "" && special == reading(r) {
			t.Errorf("%c is read %s as a surname, and always", r, special)
		}
	}
	for _, surname := range strings.Fields(compounds) {
		run := []rune(surname)
		if len(run) != 2 || surnameOf(append(run, '一')) != 2 || strings.ContainsAny(strings.TrimSpace(whole(surname)), " ") {
			t.Errorf("%s is spelled %q", surname, whole(surname))
		}
	}
}

var piece = regexp.MustCompile(`^( ?[A-Za-z][a-z]* ?)?$`)

func FuzzSpell(f *testing.F) {
	f.Add("欧阳娜娜 (VIP)")
	f.Add("A𠮷·小明々 1曾志伟先生阿1")
	f.Fuzz(func(t *testing.T, text string) {
		name := []rune(text)
		before := slices.Clone(name)
		spelled := Spell(name)
		if len(spelled) != len(name) || !slices.Equal(name, before) {
			t.Fatalf("%d characters became %d, or were changed: %q", len(before), len(spelled), text)
		}
		for i, syllable := range spelled {
			if !piece.MatchString(syllable) || syllable != "" && reading(name[i]) == "" {
				t.Errorf("%q of %q is spelled %q", name[i], text, syllable)
			}
			if syllable == "" && reading(name[i]) != "" {
				t.Errorf("%q of %q is lost", name[i], text)
			}
		}
	})
}
