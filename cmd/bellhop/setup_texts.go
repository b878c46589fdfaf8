package main

import "fmt"

// setupPhrases are the texts of setup, beside those of the commands that it
// uses.
var setupPhrases = map[string]phrase{
	"nobody": {"without a terminal nobody can be asked; answer by flags and --yes (\"bellhop setup --help\")", "没有终端，无法提问；请用参数回答并加 --yes（见 bellhop setup --help）"},
	"lacks":  {"with --yes nobody is asked, and there is no answer to: %s", "--yes 表示不提问，但缺少以下参数：%s"},
	"fault":  {"%w", "%w"},
	"folder": {"%w; run this as root, or name places that may be written to by -c FILE and --set store.path=FILE", "%w；请以 root 运行，或用 -c FILE 和 --set store.path=FILE 指定可写的位置"},

	"again":     {"That cannot be: %v", "无效：%v"},
	"empty":     {"an answer is needed", "请回答"},
	"no-answer": {"no answer; nothing was changed", "没有回答；未作任何改动"},
	"nothing":   {"nothing was changed", "未作任何改动"},
	"trouble":   {"This went wrong, and the rest goes on: %v", "此步失败，继续其余步骤：%v"},

	"ask.language":  {"Language, zh or en / 语言", "语言（zh 或 en）/ Language"},
	"ask.name":      {"The hotel's name", "酒店名称"},
	"ask.country":   {"Its country, two letters such as CN: the numbers for help follow from it", "国家代码，两个字母，如 CN（决定紧急号码）"},
	"ask.timezone":  {"Its time zone, such as Asia/Shanghai", "时区，如 Asia/Shanghai"},
	"ask.currency":  {"Its currency, three letters such as CNY", "货币，三个字母，如 CNY"},
	"ask.pbx":       {"The PBX's address, such as 192.168.5.150, or none", "电话交换机地址，如 192.168.5.150；没有则填 none"},
	"ask.user":      {"The user of its API (Settings > PBX > General > API)", "API 用户名（配置 → PBX → 常规设置 → 二次开发接口）"},
	"ask.password":  {"The password of %s, which is tried once", "%s 的密码（只尝试一次）"},
	"ask.trust":     {"Compare it with what the server itself shows. Trust it?", "请与服务器自身显示的核对。是否信任？"},
	"ask.other":     {"The URL of the program that has the reports now and is to go on getting them, or none", "目前接收报告、今后仍需报告的程序的 URL；没有则填 none"},
	"ask.stream":    {"The PBX delivers reports over TCP. The address of that, with its port", "交换机通过 TCP 发送报告。请填其地址和端口"},
	"ask.install":   {"Where the PBX takes dialplan and prompts, or none", "交换机接收拨号方案和提示音的地址；不安装则填 none"},
	"ask.routes":    {"Take the routes for these?", "按此使用外呼路由？"},
	"ask.code":      {"The code for it instead", "改用的代码"},
	"ask.write":     {"Write %s?", "写入 %s？"},
	"ask.change":    {"Change %s so?", "这样修改 %s？"},
	"ask.proof":     {"Prove it by a telephone now? Click Save and Apply on the PBX's page first.", "现在用电话验证？请先在交换机网页上点击“保存”和“应用”。"},
	"ask.rooms":     {"Which extensions are rooms, such as 1xx,1201-1248, or none", "哪些分机是客房，如 1xx,1201-1248；没有则填 none"},
	"ask.occupancy": {"Which rooms are occupied: pbx (by the names on telephones), listed (as the list of rooms has it) or later", "哪些房间已入住：pbx（按电话上的姓名）、listed（按房间列表）或 later（以后再说）"},
	"ask.test-call": {"A room to be woken within two minutes, as a proof, or none", "测试叫醒：填房号，两分钟内振铃；不测试则填 none"},

	"plain":       {"%s has no certificate: what is said there, the password's hash too, anybody on the way can read", "%s 没有证书：线路上的任何人都能读取内容，包括密码的摘要"},
	"plain-files": {"%s shows nothing by which it could be known: anybody on the way can read the password and change what is sent", "%s 无法核对身份：线路上的任何人都能读取密码、篡改内容"},
	"shows":       {"%s shows a %s", "%s 出示 %s"},
	"shows.other": {"This is NOT the one that was agreed to before.", "这与以前确认的不同！"},
	"print.other": {"that is not the fingerprint given as --%s; nothing was changed", "与 --%s 给出的指纹不符；未作任何改动"},
	"print.none":  {"nobody has agreed to that; compare it, and give it as --%s. Nothing was changed", "尚无人确认；请核对后用 --%s 给出。未作任何改动"},
	"print.no":    {"not trusted; nothing was changed", "未信任；未作任何改动"},

	"takes-over": {
		"a login as %s takes the PBX's reports from whoever has them now, and is not made unattended: say --sole-user if nothing else uses that user, or --relay-to URL if a program is to go on getting the reports, from this box; it must not log in any more",
		"以 %s 登录会夺走他人正在接收的报告，无人值守时不会执行：若没有其他程序使用该用户，请加 --sole-user；若有程序仍需报告，请用 --relay-to URL，由本机转发，且该程序不得再登录",
	},
	"other": {
		"Whoever logs in at the PBX as %s gets its reports, and nobody else does. If a program does that now, it must stop; it can get the reports from this box.",
		"以 %s 登录交换机者独占报告。若目前有程序这样登录，必须停用其登录；它可以从本机获得报告。",
	},
	"other.who": {"say its URL, or none; \"bellhop setup\" begins anew. Nothing was changed", "请填其 URL 或 none，并重新运行 bellhop setup。未作任何改动"},

	"no-pbx":       {"there is no PBX yet", "尚无电话交换机"},
	"agent.no-pbx": {"the agent runs, and the PBX does not answer it: \"bellhop doctor\" says why. To give another password: --password-file", "代理程序正在运行，但交换机不应答：请看 bellhop doctor。若需更换密码：--password-file"},
	"login.model": {
		"%s. S20 and S412 have no API; firmware before 30.13.0.30 has an older one: --driver yeastar-v1. Nothing was changed",
		"%s。S20 和 S412 没有 API；早于 30.13.0.30 的固件使用旧版 API：--driver yeastar-v1。未作任何改动",
	},
	"login": {"%s. Nothing was changed", "%s。未作任何改动"},
	"login.password": {
		"the PBX calls the user %s or the password wrong. It was tried once; five wrong ones in a row lock this box's address. Compare both with the PBX's page Settings > PBX > General > API. Nothing was changed",
		"交换机拒绝了用户 %s 或密码。只尝试了一次；连续五次错误会锁定本机地址。请与交换机网页 配置 → PBX → 常规设置 → 二次开发接口 核对。未作任何改动",
	},
	"same-password":       {"that password has been tried already; nothing was changed", "该密码已试过；未作任何改动"},
	"no-password.pbx":     {"%w; or give --password-file. Nothing was changed", "%w；也可用 --password-file 给出。未作任何改动"},
	"no-password.install": {"%w; or give --install-password-file. Nothing was changed", "%w；也可用 --install-password-file 给出。未作任何改动"},
	"asking":              {"Logging in at %s …", "正在登录 %s …"},
	"pbx":                 {"The PBX: %s, firmware %s, serial number %s, %d extensions, %d outbound routes", "电话交换机：%s，固件 %s，序列号 %s，%d 个分机，%d 条外呼路由"},
	"allow":               {"On the PBX's page System > Security (系统 → 安全中心) let the box's address %s be accepted always, so that no slip of a password locks it out", "在交换机网页 系统 → 安全中心 中始终允许本机地址 %s，以免密码有误时被锁定"},

	"routes.emergency": {"For help (%s): %s; every telephone keeps these", "紧急呼叫（%s）：%s；每部电话始终保留"},
	"routes.class":     {"Class %s: %s", "权限 %s：%s"},
	"routes.missing":   {"No outbound route takes %s: add one on the PBX and run this again. Until then telephones may dial what they may dial now", "没有外呼路由可拨 %s：请在交换机上添加后重新运行。在此之前电话的拨号权限不变"},
	"routes.wide":      {"The only way to call for help is %s, by which other numbers can be dialled, too, from every room: better a route for help alone", "紧急呼叫只能经 %s，而该路由也能拨其他号码（每个房间都可以）：最好单设紧急路由"},
	"routes.unplaced":  {"For no class: %s; they stay as they are (\"bellhop setup --set 'classes.NAME=[…]'\")", "未归入任何权限：%s；保持原样（bellhop setup --set 'classes.NAME=[…]'）"},

	"code":       {"%s, for %s, means something else on the PBX already", "%s（%s）在交换机上已另有用途"},
	"code.also":  {"%s means something else on the PBX, too", "%s 在交换机上也另有用途"},
	"code.taken": {"%s means something else on the PBX already: give another one by --set %s=CODE. Nothing was changed", "%s 在交换机上已另有用途：请用 --set %s=CODE 改用其他代码。未作任何改动"},

	"config":      {"%s:", "%s："},
	"config.same": {"%s is as it should be.", "%s 无需修改。"},

	"agent.runs":   {"The agent runs, and takes up what was changed in the config with its next start.", "代理程序正在运行；配置改动在其下次启动时生效。"},
	"agent.slow":   {"the agent has not come up within a minute; \"bellhop run\" says why", "代理程序一分钟内未能启动；请看 bellhop run"},
	"install.none": {"Nothing is put on the PBX: no address was given for its files.", "未给出文件地址，不向交换机安装任何内容。"},
	"rooms":        {"New rooms: %d %s", "新增房间：%d %s"},
	"rooms.none":   {"no extension of the PBX fits the rooms %s: \"bellhop rooms import --from-pbx\" lists what there is", "交换机上没有与房间 %s 相符的分机：可用 bellhop rooms import --from-pbx 查看"},
	"rooms.absent": {"The PBX has no extension for these rooms, and they are left out: %s. Add them on the PBX, or name rooms whose telephones have other numbers by \"bellhop rooms import FILE\"", "交换机上没有以下房间的分机，已略过：%s。请在交换机上添加；若房间的分机号不同，请用 bellhop rooms import FILE 导入"},
	"ring":         {"Room %s rings at %s: lift the handset there and press a key.", "房间 %s 将在 %s 振铃：请拿起听筒并按任意键。"},
	"ring.done":    {"Room %s was woken: somebody pressed a key.", "房间 %s 已叫醒：有人按了键。"},
	"ring.refused": {"the test call to room %s does not come about: %s. Look whether its telephone is plugged in and may dial (\"bellhop doctor\"), then run setup again with --test-call %s", "对房间 %s 的测试叫醒无法拨出：%s。请检查该电话是否接好、是否有权拨号（bellhop doctor），然后用 --test-call %s 再次运行"},
	"ring.not":     {"the test call to room %s came to: %s; \"bellhop alerts list\" and docs/wakeups.md say more", "对房间 %s 的测试叫醒结果为：%s；见 bellhop alerts list 和 docs/wakeups.md"},

	"sheet":   {"The sheet for the hotel, to be printed: %s", "交接单（请打印）：%s"},
	"next":    {"Next: systemctl enable --now bellhop (or: bellhop run -c %s)", "下一步：systemctl enable --now bellhop（或 bellhop run -c %s）"},
	"not-all": {"it is set up, but not all is well: %d steps and %d checks failed, see above. Run it again when that is mended", "已设置，但并非一切正常：%d 个步骤和 %d 项检查失败，见上文。改正后请再次运行"},
}

// tell gives a text of setup in the language of the call.
func (s *setup) tell(key string, values ...any) string {
	return fmt.Sprintf(setupPhrases[key].in(s.opt.lang), values...)
}

// refuse is an error with such a text.
func (s *setup) refuse(key string, values ...any) error {
	return fmt.Errorf("setup: "+setupPhrases[key].in(s.opt.lang), values...)
}
