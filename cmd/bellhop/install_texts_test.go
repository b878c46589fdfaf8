package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	verbs      = regexp.MustCompile(`%[^a-z%]*[a-z%]`)
	textInUse  = regexp.MustCompile(`\.(?:text|fails|unasked)\("([a-z.-]+)"`)
	textPrefix = regexp.MustCompile(`\.text\("([a-z]+\.)" ?\+`)
)

// TestInstallTexts: each text is there in both languages, takes the same in
// both, and is used; and none is asked for that is not there.
func TestInstallTexts(t *testing.T) {
	chinese := func(text string) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	for key, p := range installPhrases {
		if en, zh := verbs.FindAllString(p.en, -1), verbs.FindAllString(p.zh, -1); !slices.Equal(en, zh) {
			t.Errorf("%s takes %v in English and %v in Chinese", key, en, zh)
		}
		if p.en == "" || !chinese(p.zh) {
			t.Errorf("%s: %q, %q", key, p.en, p.zh)
		}
		if en, zh := len(strings.Fields(p.en)), len(strings.Fields(p.zh)); strings.HasSuffix(key, ".head") && strings.ToUpper(p.en) == p.en && en != zh {
			t.Errorf("%s heads %d columns in English and %d in Chinese", key, en, zh)
		}
	}
	used := map[string]bool{}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range textInUse.FindAllSubmatch(text, -1) {
			key := string(found[1])
			used[key] = true
			if _, known := installPhrases[key]; !known && !strings.HasSuffix(key, ".") {
				t.Errorf("%s asks for %q, which is not there", name, key)
			}
		}
		for _, found := range textPrefix.FindAllSubmatch(text, -1) {
			for key := range installPhrases {
				used[key] = used[key] || strings.HasPrefix(key, string(found[1]))
			}
		}
	}
	for key := range installPhrases {
		if !used[key] {
			t.Errorf("nobody uses %q", key)
		}
	}
}

// TestInstallInChinese goes through plan, proof and the way back as somebody
// who reads no English; what is JSON stays as it is.
func TestInstallInChinese(t *testing.T) {
	p := newBuilding(t, "sftp", `language = "en"`, `language = "zh"`)
	p.expect("install plan --offline", 0, "电话交换机上的文件（sftp://", "提示音", "自带", "新增", "文件：新增 ", "需人工完成：", "闹钟：--offline 表示不询问电话交换机。请自行确认", "1. 在电话交换机网页上点击", "外线前缀")
	p.expect("install plan --offline --lang en", 0, "The PBX's files at", "shipped", "the digit that asks for an outside line")
	p.expect("install plan --lang fr", 2, `--lang must be "zh" or "en"`)
	p.expect("install plan --offline --json", 0, `"what":"new"`, "Save and Apply (保存, 应用) on the PBX's web page", "the digit that asks for an outside line", "alarms: --offline leaves the PBX alone. That")
	p.expect("install apply --offline", 1, "install apply: 此操作会更改电话交换机上的文件；请加 --yes 表示同意")
	p.expect("install apply --offline --yes", 1, "已安装并读回核对", "回退方法：先运行 bellhop install rollback -c "+p.file, "文件已就位，但未经验证：代理程序未运行")
	p.start()
	p.expect("install apply --yes --within 1ms", 1, "现在请在 1ms 内验证", "用房间电话拨 777，听到提示后按 01", "没有电话拨打服务号码", "请回退：bellhop install rollback -c "+p.file)
	p.expect("install verify", 0, "个文件与安装时一致")
	p.expect("install rollback --yes", 0, "已回退并读回核对", "还需完成：在电话交换机网页上点击")
	p.expect("trust install --fingerprint SHA256:none", 1, "与给出的指纹不符")
	t.Setenv("BELLHOP_INSTALL_PASSWORD", "canary-wrong")
	p.expect("install plan --offline", 1, "处理方法：再试之前请核对 install.url 中的用户名和密码")
}
