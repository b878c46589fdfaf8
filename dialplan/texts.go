package dialplan

import (
	"cmp"
	"strings"
)

// words are what a finding says, and what to do about it. {subject} and
// {object} are the finding's own.
type words struct{ en, zh, doEN, doZH string }

var texts = map[string]words{
	FaultKeysDialled: {
		"{subject} in [{object}]: keys pressed here are looked up among what the phone may dial, and are dialled out",
		"[{object}] 中的 {subject}：此时的按键会在话机自己的拨号规则中查找，并被当作号码拨出",
		"collect keys by Read(variable,prompt,most keys,,1,seconds), in a context that no other includes",
		"改用 Read(变量,提示音,最多位数,,1,秒数) 收键，并放在不被其他上下文 include 的上下文中",
	},
	FaultLeaks: {
		`the extension "{subject}" of [{object}] gets into the context that includes it: calls that have nothing to do with it end in it, or can dial it`,
		"[{object}] 的分机 “{subject}” 随 include 进入了其他上下文：无关的通话会走到它，或者能拨到它",
		"keep dialled numbers alone in what is included, each a Goto into a context that nobody includes",
		"被 include 的上下文中只保留拨打的号码，每个用 Goto 转到不被 include 的上下文",
	},
	FaultNoTarget: {
		"it leads to {subject}, which is not in this file: the call is dropped there",
		"跳转目标 {subject} 不在本文件中：通话会在此中断",
		"lead to what exists, or be sure that the PBX has it in another file",
		"改为存在的目标，或确认 PBX 的其他文件中有它",
	},
	FaultAttempts: {
		"{object}: the fifth value is a number of attempts, so this waits {subject} times 10 seconds",
		"{object}：第五个参数是尝试次数，这里会等待 {subject} 次，每次 10 秒",
		"write Read(variable,prompt,most keys,,1,4) for 4 seconds",
		"要等 4 秒，应写 Read(变量,提示音,最多位数,,1,4)",
	},
	FaultUnquoted: {
		"{subject}: with no key, or with a star, this is a syntax error",
		"{subject}：没有按键或按了 * 时，这是语法错误",
		`quote both sides: $["${x}"="1"]`,
		`两边都加引号：$["${x}"="1"]`,
	},
	FaultBlanks: {
		"{subject}: a blank behind a comma is kept as part of the name or value",
		"{subject}：逗号后的空格会成为名称或值的一部分",
		"take the blanks out",
		"去掉空格",
	},
	FaultEventLate: {
		"the event is sent after an announcement: whoever hangs up meanwhile has reported nothing",
		"先播报后发送事件：此时挂机就什么也没有上报",
		"send the event first, then announce",
		"先发送事件，再播报",
	},
	FaultStars: {
		"what Read puts into {subject} is reported as it is, a star too",
		"Read 收到的 {subject} 原样上报，包括 *",
		"keep the digits alone: ${FILTER(0-9,${{subject}})}",
		"只保留数字：${FILTER(0-9,${{subject}})}",
	},
	FaultNoEnding: {
		"{subject} is the last step here: the call does not end, or goes on somewhere that was not meant",
		"{subject} 是最后一步：通话不会结束，或者走到意料之外的地方",
		"end with Hangup(), or with the Goto that is meant; ask with a Read behind the prompt",
		"以 Hangup() 或应去的 Goto 结束；要收键则在提示音后加 Read",
	},
	FaultWrongPrompt: {
		"the prompt {subject} asks, and what was entered is read out behind it: {object} is meant",
		"提示音 {subject} 是请求输入，而后面播报的是已输入的内容：应为 {object}",
		"play {object} here",
		"这里应播放 {object}",
	},
	FaultSlashes: {
		"{subject}: // begins no comment; with a closing bracket in it, it becomes part of the step",
		"{subject}：// 不是注释；其中若有右括号，就会成为命令的一部分",
		"begin comments with ;",
		"注释用 ; 开头",
	},
	FaultMacro: {
		"Macro({subject}): Asterisk 21 and later have no Macro",
		"Macro({subject})：Asterisk 21 及以后没有 Macro",
		"use Gosub(context,s,1(arguments)) and Return(), which both old and new have",
		"改用 Gosub(上下文,s,1(参数)) 和 Return()，新旧版本都支持",
	},
	FaultPrompt: {
		"the prompt {subject} is not heard: {object}",
		"提示音 {subject} 播放不出来：{object}",
		`have each prompt there as wav of 8000 samples a second, 16 bits, one channel; "bellhop sounds import" makes it of a recording`,
		"每个提示音都须是 8000 Hz、16 位、单声道的 wav；可用 “bellhop sounds import” 由录音生成",
	},
	FaultPromptAsks: {
		"Read asks with the prompt {subject}, ends at once and takes no key: {object}",
		"Read 用提示音 {subject} 提问，会立即结束，收不到按键：{object}",
		`have each prompt there as wav of 8000 samples a second, 16 bits, one channel; "bellhop sounds import" makes it of a recording`,
		"每个提示音都须是 8000 Hz、16 位、单声道的 wav；可用 “bellhop sounds import” 由录音生成",
	},
	FaultBrackets: {
		"{subject}: the brackets do not close in the order in which they open",
		"{subject}：括号没有正确配对",
		"write ${LEN(${x})} and $[…], each closed before the one around it",
		"应写作 ${LEN(${x})} 和 $[…]，内层先闭合",
	},
	FaultCondition: {
		"{subject}: without $[…] nothing is compared, and the condition is always true",
		"{subject}：没有 $[…] 就不会比较，条件恒为真",
		`write $["${x}"="1"]`,
		`应写作 $["${x}"="1"]`,
	},
	FaultNoSetting: {
		`"{subject}" is no setting: the line is skipped with a warning`,
		"“{subject}” 不是设置行：会被跳过并报警告",
		"mend the line, or make it a comment with ;",
		"改正此行，或用 ; 注释掉",
	},
	FaultOpenComment: {
		"a comment begins here with ;-- and never ends: nothing behind it counts",
		"此处以 ;-- 开始的注释没有结束：后面的内容全部无效",
		"end it with --;",
		"用 --; 结束注释",
	},
	ConflictExtension: {
		"{subject} is the number of an extension",
		"{subject} 是一个分机的号码",
		"give the service another code, or the extension another number",
		"给服务换一个代码，或给分机换一个号码",
	},
	ConflictAbout: {
		"what begins with {subject} and has two digits more is a call to the desk about a room, and so is the extension {object}",
		"以 {subject} 开头、后面再有两位以上数字的号码用于通知前台某房间，分机 {object} 也在其中",
		"give the confirming key another code, or the extension another number",
		"给确认键换一个代码，或给分机换一个号码",
	},
	ConflictFeature: {
		"{subject} is what the PBX itself answers: {object}",
		"{subject} 被 PBX 自身占用：{object}",
		"give the service another code, or change the PBX's feature code",
		"给服务换一个代码，或修改 PBX 的功能码",
	},
	ConflictRoute: {
		"{subject} is dialled out by the outbound route {object}",
		"{subject} 会被呼出路由 {object} 拨出",
		"give the service another code, or narrow the route's pattern",
		"给服务换一个代码，或缩小路由的拨号模式",
	},
	ConflictCatchAll: {
		"the outbound route {object} takes nearly every number, {subject} too; the hotel's services come first as long as the PBX looks there first",
		"呼出路由 {object} 几乎匹配所有号码，也包括 {subject}；只要 PBX 先查酒店服务就不受影响",
		"dial {subject} once and see that the service answers, not the trunk; best narrow the pattern",
		"拨打一次 {subject}，确认接通的是服务而不是外线；最好缩小拨号模式",
	},
	ConflictEmergency: {
		"{subject} is an emergency number, or its beginning",
		"{subject} 是紧急号码或其开头",
		"give the service another code; nothing may stand in the way of an emergency call",
		"给服务换一个代码；任何东西都不能妨碍紧急呼叫",
	},
	ConflictPrefix: {
		"{subject} begins with {object}, which asks for an outside line",
		"{subject} 以外线字冠 {object} 开头",
		"give the service another code",
		"给服务换一个代码",
	},
}

// Text says in "zh" or, for any other language, in English what was found.
func (f Finding) Text(language string) string {
	w := texts[f.Fault]
	if language == "zh" {
		return f.fill(w.zh)
	}
	return f.fill(w.en)
}

// Do says what is to be done about it.
func (f Finding) Do(language string) string {
	w := texts[f.Fault]
	if language == "zh" {
		return f.fill(w.doZH)
	}
	return f.fill(w.doEN)
}

func (f Finding) fill(text string) string {
	return strings.NewReplacer("{subject}", cmp.Or(f.Subject, "?"), "{object}", cmp.Or(f.Object, "?")).Replace(text)
}
