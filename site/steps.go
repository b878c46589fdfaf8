package site

import (
	"fmt"
	"strings"

	"bellhop/config"
	"bellhop/sounds"
)

// in chooses one of two texts: "zh", or English for any other language.
func in(language, en, zh string) string {
	if language == "zh" {
		return zh
	}
	return en
}

// ApplyByHand is what makes the PBX read its dialplan. No interface of it does
// that; the makers' guide for hotels names these two buttons.
func ApplyByHand(language string) string {
	return in(language, "Save and Apply (保存, 应用) on the PBX's web page", "在电话交换机网页上点击“保存”和“应用”（Save, Apply）")
}

// ByHand is what a person has to do on the PBX's web page, in this order; the
// first is for after the files are there.
func (f *Files) ByHand(language string, c config.Config, n Neighbours) []string {
	all := []string{ApplyByHand(language) + in(language, ": until then the PBX goes by the old dialplan", "：在此之前电话交换机仍使用旧的拨号方案")}
	if len(f.Uploads) > 0 {
		all = append(all, fmt.Sprintf(in(language,
			"Settings → PBX → Voice Prompts → Custom Prompts (配置 → PBX → 提示音 → 自定义提示音): upload the files of %s, under these names; \"bellhop install plan --uploads FOLDER\" writes them. Only what the box itself plays on a telephone needs them: wake-up calls and the hotel's hooks",
			"配置 → PBX → 提示音 → 自定义提示音：上传以下文件，名称不变：%s；“bellhop install plan --uploads 目录”可将其写入该目录。仅盒子自己向电话播放时需要：叫醒电话和酒店的脚本"), promptNames(f.Uploads)))
	}
	if strings.HasPrefix(c.PBX.Driver, "yeastar") && !n.Answered {
		all = append(all, in(language,
			"Settings → PBX → General → API (配置 → PBX → 常规设置 → 二次开发接口): enabled, with the user of pbx.username; \"bellhop doctor\" says whether it is",
			"配置 → PBX → 常规设置 → 二次开发接口：启用，用户为 pbx.username；可用 bellhop doctor 确认"))
	}
	return all
}

func promptNames(files []sounds.File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Prompt.Name+" ("+f.Lang+")")
	}
	return strings.Join(all, ", ")
}

// NeverLearned is what no interface of the PBX tells, a sentence each.
func NeverLearned(language string, c config.Config) []string {
	if !strings.HasPrefix(c.PBX.Driver, "yeastar") {
		return []string{in(language, "the PBX's own feature codes: none of ours may be one of them", "电话交换机自身的功能码：我们的代码不得与之相同")}
	}
	return []string{
		in(language, "feature codes that were changed on the PBX's web page (配置 → PBX → 常规设置 → 特征码): taken for those of a PBX as delivered", "在网页上（配置 → PBX → 常规设置 → 特征码）改过的特征码：按出厂设置处理"),
		in(language, "the digit that asks for an outside line, where one is needed: none of our codes may begin with it", "外线前缀（如需要）：我们的代码不得以其开头"),
		in(language, "numbers of ring groups, queues, IVRs, conferences and speed dials: none of our codes may be one of them", "响铃组、队列、IVR、会议室和快速拨号的号码：我们的代码不得与之相同"),
	}
}
