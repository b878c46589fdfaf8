package site

import (
	"fmt"
	"strings"

	"bellhop/config"
	"bellhop/sounds"
)

// ApplyByHand is what makes the PBX read its dialplan. No interface of it does
// that; the makers' guide for hotels names these two buttons.
const ApplyByHand = "Save and Apply (保存, 应用) on the PBX's web page"

// ByHand is what a person has to do on the PBX's web page, in this order; the
// first is for after the files are there.
func (f *Files) ByHand(c config.Config, n Neighbours) []string {
	all := []string{ApplyByHand + ": until then the PBX goes by the old dialplan"}
	if len(f.Uploads) > 0 {
		all = append(all, fmt.Sprintf("Settings → PBX → Voice Prompts → Custom Prompts (配置 → PBX → 提示音 → 自定义提示音): upload the files of %s, under these names. Only what the box itself plays on a telephone needs them: wake-up calls and the hotel's hooks", promptNames(f.Uploads)))
	}
	if strings.HasPrefix(c.PBX.Driver, "yeastar") && !n.Answered {
		all = append(all, "Settings → PBX → General → API (配置 → PBX → 常规设置 → 二次开发接口): enabled, with the user of pbx.username; \"bellhop doctor\" says whether it is")
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
func NeverLearned(c config.Config) []string {
	if !strings.HasPrefix(c.PBX.Driver, "yeastar") {
		return []string{"the PBX's own feature codes: none of ours may be one of them"}
	}
	return []string{
		"feature codes that were changed on the PBX's web page (配置 → PBX → 常规设置 → 特征码): taken for those of a PBX as delivered",
		"the digit that asks for an outside line, where one is needed: none of our codes may begin with it",
		"numbers of ring groups, queues, IVRs, conferences and speed dials: none of our codes may be one of them",
	}
}
