package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"bellhop/config"
	"bellhop/install"
)

// phrase is one text that an installer reads, in both languages; what is put
// in by fmt comes in the same order in both.
type phrase struct{ en, zh string }

// installPhrases are the texts of the install commands and of "trust".
// What stands in JSON is not among them: it is for programs, in English.
var installPhrases = map[string]phrase{
	"plan":          {"The PBX's files at %s", "电话交换机上的文件（%s）"},
	"plan.head":     {"PROMPT LANGUAGE FROM SECONDS NOW FILE", "提示音 语言 来源 秒 状态 文件"},
	"from.shipped":  {"shipped", "自带"},
	"from.own":      {"own", "酒店自录"},
	"plan.dialplan": {"The dialplan %s: %s", "拨号方案 %s：%s"},
	"plan.count":    {"Files: new %d, changed %d, same %d, blocked %d", "文件：新增 %d，更改 %d，不变 %d，受阻 %d"},
	"plan.blocked":  {"Cannot be done:", "无法完成："},
	"plan.conflict": {"In the way on the PBX:", "与电话交换机冲突："},
	"plan.known":    {"To be known:", "请注意："},
	"plan.foreign":  {"What others wrote in the dialplan has faults of its own, which stay as they are:", "拨号方案中他人编写的部分自身有问题，保持原样："},
	"plan.unused":   {"Put there by an earlier apply and used no more; a rollback takes it away:", "以前安装、现已不用的文件；回退时会删除："},
	"plan.unknown":  {"What could not be learned:", "未能了解的情况："},
	"plan.not-now":  {"Not now:", "现在不宜安装："},
	"plan.waking":   {"the PBX wakes a guest at %s", "电话交换机将在 %s 叫醒客人"},
	"plan.by-hand":  {"By hand, once the files are there:", "文件就位后，需人工完成："},
	"plan.line":     {"line %d: %s", "第 %d 行：%s"},

	"unasked.offline": {"--offline leaves the PBX alone", "--offline 表示不询问电话交换机"},
	"unasked.none":    {"pbx.driver is none", "pbx.driver 为 none"},
	"unasked.login":   {"the agent does not run, and a login of its own (--yes) would take the PBX's reports from whoever has them", "代理程序未运行，而自行登录（--yes）会夺走他人正在接收的报告"},

	"what.new":        {"new", "新增"},
	"what.changed":    {"changed", "更改"},
	"what.same":       {"same", "不变"},
	"what.remove":     {"remove", "删除"},
	"what.blocked":    {"blocked", "受阻"},
	"what.others":     {"others", "他人已改"},
	"what.left":       {"left", "保留"},
	"what.missing":    {"missing", "缺失"},
	"what.unreadable": {"unreadable", "无法读取"},
	"what.leftover":   {"leftover", "残留"},

	"refused.codes": {
		"refused: %s mean something else on the PBX already, see above; give the services other codes in [services] of %s",
		"已拒绝：%s 在电话交换机上已另有用途，见上文；请在 %s 的 [services] 中改用其他代码",
	},
	"refused.waking": {
		"the PBX wakes a guest at %s, and is left alone until then: try again from %s on (by this box's clock)",
		"电话交换机将在 %s 叫醒客人，在此之前不作改动：请在 %s（本机时钟）之后再试",
	},
	"refused.blocked": {"refused: %w", "已拒绝：%w"},

	"apply.ask": {"Put these %d files on %s? What stands there now is kept.", "将这 %d 个文件安装到 %s？现有内容会保留备份。"},
	"apply.no":  {"nothing was changed", "未作任何改动"},
	"apply.yes": {"it changes the PBX's files; agree to that with --yes", "此操作会更改电话交换机上的文件；请加 --yes 表示同意"},
	"back.ask":  {"Give these files on %s back what they held before?", "将 %s 上的这些文件恢复为原来的内容？"},

	"step.look":   {"looking at %d of %d", "查看第 %d 个，共 %d 个"},
	"step.put":    {"putting %d of %d", "安装第 %d 个，共 %d 个"},
	"step.remove": {"removing %d of %d", "删除第 %d 个，共 %d 个"},

	"done.none":   {"Every file is as it should be; nothing was sent.", "所有文件均已就位，未传输任何内容。"},
	"done.put":    {"Installed and read back: %d files, %d bytes sent (run %s).", "已安装并读回核对：%d 个文件，传输 %d 字节（记录 %s）。"},
	"done.to-do":  {"Still to do: %s", "还需完成：%s"},
	"done.back":   {"Taken back and read back: %d files as they were, %d removed.", "已回退并读回核对：%d 个文件恢复原样，删除 %d 个。"},
	"way-back":    {"The way back: bellhop install rollback -c %s, then %s.", "回退方法：先运行 bellhop install rollback -c %s，再%s。"},
	"hint":        {"What to do: %s", "处理方法：%s"},
	"agent.away":  {"the agent does not run", "代理程序未运行"},
	"others.head": {"FILE THEN WHY", "文件 将会 原因"},

	"proof.not":    {"the files are there, but not proven: %w", "文件已就位，但未经验证：%w"},
	"proof.agent":  {"the agent does not run, so that nobody sees what telephones dial. Start it (\"bellhop run\") and run \"bellhop install apply\" again: it sends nothing twice, and waits for a telephone (--no-proof: it does not)", "代理程序未运行，无法得知电话拨了什么。请启动（bellhop run），再运行 bellhop install apply：不会重复传输，只等待电话拨号（--no-proof 则不等待）"},
	"proof.now":    {"Now prove it, within %s:\n  1. %s\n  2. %s\nWaiting for that telephone; Ctrl-C ends it.", "现在请在 %s 内验证：\n  1. %s\n  2. %s\n正在等待该电话；按 Ctrl-C 结束。"},
	"proof.press":  {"Dial %s on a room's telephone, and when it has spoken press %s", "用房间电话拨 %s，听到提示后按 %s"},
	"proof.dial":   {"Dial %s on a room's telephone, and follow what it says to the end", "用房间电话拨 %s，按提示操作到底"},
	"proof.seen":   {"Seen: %s dialled %s (event %d).", "已收到：%s 拨了 %s（事件 %d）。"},
	"proof.room":   {"room %s", "房间 %s"},
	"proof.phone":  {"extension %s, which is no room's yet (bellhop rooms import),", "分机 %s（尚不属于任何房间，见 bellhop rooms import）"},
	"proof.left":   {"%s left", "剩余 %s"},
	"proof.none":   {"no telephone dialled a service within %s. Was Save and Apply clicked? Did the telephone speak? If it did, \"bellhop doctor\" says why its report does not come; if it did not, take it back: bellhop install rollback -c %s", "%s 内没有电话拨打服务号码。是否已点击“保存”和“应用”？电话里有提示音吗？若有，bellhop doctor 会说明为何收不到报告；若没有，请回退：bellhop install rollback -c %s"},
	"proof.desk":   {"Call the desk from that room: do both sides hear each other?", "从该房间呼叫前台：双方能否听到对方？"},
	"proof.out":    {"Call a number outside from a telephone that may: does it ring there?", "用有权限的电话拨打外线：对方是否振铃？"},
	"proof.try":    {"To try by hand: %s", "请人工试一试：%s"},
	"proof.broken": {"other calls do not work. %s", "其他通话不正常。%s"},
	"proof.done":   {"Done.", "完成。"},

	"verify.none":  {"nothing was installed from this box: \"bellhop install apply\" does that", "本机尚未安装任何文件：请运行 bellhop install apply"},
	"verify.fine":  {"%d files are as they were installed", "%d 个文件与安装时一致"},
	"verify.bad":   {"%d of %d files are not as they were installed: see what \"bellhop install plan\" says, and \"bellhop install apply\" puts them there again", "%d 个文件（共 %d 个）与安装时不同：请先看 bellhop install plan，再用 bellhop install apply 重新安装"},
	"verify.head":  {"FILE STATE WHY", "文件 状态 原因"},
	"back.head":    {"The PBX's files at %s, before run %s", "电话交换机上的文件（%s），记录 %s 之前"},
	"back.unsaid":  {"others have changed %s since: say what to do by --others overwrite or --others leave", "%s 之后被他人改动：请用 --others overwrite（覆盖）或 --others leave（保留）说明如何处理"},
	"back.over":    {"Others have changed %s since. Take it back all the same? What they made of it is kept on this box.", "%s 之后被他人改动。仍要恢复吗？他人的内容会保留在本机。"},
	"trust.unset":  {"install.url is not set, so that there is nothing to trust", "install.url 未设置，没有可信任的对象"},
	"trust.plain":  {"%w: sftp:// and ftps:// have a key or certificate to trust; over ftp:// anybody on the way can read the password and change what is sent", "%w：sftp:// 和 ftps:// 有密钥或证书可供确认；使用 ftp:// 时，线路上的任何人都能读取密码、篡改内容"},
	"trust.shows":  {"%s shows a %s", "%s 出示 %s"},
	"trust.ask":    {"Compare it with what the server itself shows. Trust it?", "请与服务器自身显示的核对。是否信任？"},
	"trust.no":     {"not trusted; nothing was changed", "未信任；未作任何改动"},
	"trust.noone":  {"without a terminal nobody can agree; compare the fingerprint and give it as --fingerprint", "没有终端，无人确认；请核对指纹并用 --fingerprint 给出"},
	"trust.other":  {"the %s is not the one with the fingerprint given; nothing was changed", "%s 与给出的指纹不符；未作任何改动"},
	"trust.done":   {"trusted; the next installation goes by it", "已信任；下次安装以此为准"},
	"trust.http":   {"pbx.url is %q; only https has a certificate to trust", "pbx.url 为 %q；只有 https 有证书可供确认"},
	"trust.start":  {"trusted; an agent that runs takes it up with its next start", "已信任；正在运行的代理程序下次启动时生效"},
	"uploads.fail": {"write the prompts to upload: %w", "写入待上传的提示音：%w"},
}

// text gives a text in the language of the call.
func (c *call) text(key string, values ...any) string { return fmt.Sprintf(c.form(key), values...) }

// fails is an error of the command with such a text.
func (c *call) fails(key string, values ...any) error {
	return fmt.Errorf(c.command.words+": "+c.form(key), values...)
}

func (c *call) form(key string) string { return installPhrases[key].in(c.opt.lang) }

// in gives "zh" or, for any other language, English.
func (p phrase) in(language string) string {
	if language == "zh" {
		return p.zh
	}
	return p.en
}

// word names what becomes of a file; what has no name in a language is as in
// JSON.
func (c *call) word(what string) string {
	if _, known := installPhrases["what."+what]; known {
		return c.text("what." + what)
	}
	return what
}

func installLangFlag(f *flag.FlagSet, c *call) {
	f.StringVar(&c.opt.lang, "lang", "", "the `LANGUAGE` of what is said, zh or en; empty: hotel.language")
}

// loadSpeaking reads the config, and settles the language.
func (c *call) loadSpeaking() (config.Config, error) {
	if c.opt.lang != "" && c.opt.lang != "zh" && c.opt.lang != "en" {
		return config.Config{}, c.wrong(`--lang must be "zh" or "en", but it is %q`, c.opt.lang)
	}
	cfg, err := c.load()
	if c.opt.lang == "" {
		c.opt.lang = cfg.Hotel.Language
	}
	return cfg, err
}

// hinted adds to a server's error, which is in English for the log and the
// maker of the PBX, what to do about it, for a person who reads Chinese.
func (c *call) hinted(err error) error {
	if err == nil || c.opt.lang != "zh" {
		return err
	}
	var all []string
	for _, kind := range install.Kinds(err) {
		all = append(all, c.text("hint", install.AdviceZH(kind)))
	}
	if len(all) == 0 {
		return err
	}
	return errors.Join(err, errors.New(strings.Join(all, "\n")))
}
