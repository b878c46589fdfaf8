package site

import "maps"

// apiPage is where the PBX's own page sets its API.
const (
	apiPageEN = "the PBX's page Settings > PBX > General > API"
	apiPageZH = "交换机网页 配置 → PBX → 常规设置 → 二次开发接口"
)

// texts are the words of findings by check and code; "*" stands for every
// check.
var texts = joined(commonTexts, boxTexts, reachTexts, queueTexts)

func joined(parts ...map[string]words) map[string]words {
	all := map[string]words{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// commonTexts are those that stand in no file of their own.
var commonTexts = map[string]words{
	"*/no-pbx":      {en: "no PBX is configured", zh: "未配置电话交换机"},
	"*/left-alone":  {en: "the PBX was not asked", zh: "未询问电话交换机"},
	"*/no-agent":    {en: "the agent does not run", zh: "代理程序未运行", doEN: `start it with "bellhop run"`, doZH: "用 bellhop run 启动"},
	"*/no-answer":   {en: "not known while the PBX does not let us in: see pbx.login", zh: "无法登录电话交换机，故未知：见 pbx.login"},
	"*/no-evidence": {en: "too few calls have been reported to tell", zh: "已报告的通话太少，无法判断"},
	"*/unsupported": {en: "this PBX does not list them", zh: "此电话交换机不能列出"},
	"*/not-listed":  {en: "the PBX did not list them: {error}", zh: "电话交换机未能列出：{error}"},

	"pbx.login/ok": {en: "logged in as {user} at {model}, firmware {firmware}, serial number {serial}", zh: "已用 {user} 登录 {model}，固件 {firmware}，序列号 {serial}"},
	"pbx.login/no-password": {
		en: "there is no password to log in with: {error}", zh: "没有可用的登录密码：{error}",
		doEN: "put the API user's password into a file of mode 0600 and name it as pbx.password_file", doZH: "把 API 用户的密码写入权限为 0600 的文件，并在 pbx.password_file 中写明",
	},
	"pbx.login/untrusted": {en: "not tried: nobody has agreed to the PBX's certificate", zh: "未尝试：尚未有人确认电话交换机的证书", doEN: "see pbx.certificate", doZH: "见 pbx.certificate"},
	"pbx.login/certificate-changed": {
		en: "not tried: the PBX shows another certificate than the one agreed to", zh: "未尝试：电话交换机的证书与已确认的不同", doEN: "see pbx.certificate", doZH: "见 pbx.certificate",
	},
	"pbx.login/password": {
		en:   "the PBX calls the user name ({user}) or the password wrong; the next try is made after {until}, so that it does not lock us out",
		zh:   "电话交换机拒绝了用户名（{user}）或密码；为避免被锁定，{until} 之后才会再试",
		doEN: "compare pbx.username and the password with " + apiPageEN + ", then restart the agent",
		doZH: "与 " + apiPageZH + " 核对 pbx.username 和密码，然后重启代理程序",
	},
	"pbx.login/stopped": {
		en:   "this user name ({user}) and password were called wrong so often that they are not tried again: {error}",
		zh:   "此用户名（{user}）和密码已多次被拒，不再尝试：{error}",
		doEN: "set the right ones as on " + apiPageEN + ", then restart the agent", doZH: "按 " + apiPageZH + " 改正，然后重启代理程序",
	},
	"pbx.login/locked": {
		en:   "the PBX has locked our address after wrong passwords; for ten minutes, and the next try is made after {until}",
		zh:   "多次密码错误后，电话交换机锁定了本机地址十分钟；{until} 之后再试",
		doEN: "find out who uses a wrong password; to free it at once, see System > Security on the PBX's page",
		doZH: "查明谁在用错误的密码；要立即解锁，见交换机网页 系统 → 安全中心 → IP自动防御 → IP 禁止名单",
	},
	"pbx.login/paused": {
		en: "too many tries just now; to be sure not to be locked out, the next one is made after {until}", zh: "刚才尝试次数过多；为避免被锁定，{until} 之后再试",
		doEN: "wait until then, and look what went wrong: {error}", doZH: "等到那时，并查看原因：{error}",
	},
	"pbx.login/no-host": {en: "the name in {url} has no address: {error}", zh: "{url} 中的名称没有地址：{error}", doEN: "write the PBX's IP address in pbx.url", doZH: "在 pbx.url 中写电话交换机的 IP 地址"},
	"pbx.login/refused": {
		en: "nothing answers at {url}", zh: "{url} 无人应答",
		doEN: "is the PBX on, and are address and port those of its web page (8088 by default)?", doZH: "电话交换机是否开机？地址和端口是否与其网页相同（默认 8088）？",
	},
	"pbx.login/silent": {
		en: "no answer from {url} in time", zh: "{url} 未及时应答",
		doEN: "is that the PBX's address, is it on, and does a firewall or another network lie between?", doZH: "地址是否正确？电话交换机是否开机？中间是否有防火墙或不同网段？",
	},
	"pbx.login/not-tls": {en: "{url} speaks plain HTTP, not https", zh: "{url} 使用 HTTP，而不是 https", doEN: `write "http://" in pbx.url, or switch https on on the PBX`, doZH: "在 pbx.url 中写 http://，或在电话交换机上启用 https"},
	"pbx.login/no-api": {
		en: "something answers at {url}, and it is not the PBX's API: {error}", zh: "{url} 有应答，但不是电话交换机的 API：{error}",
		doEN: "is it the PBX, is the API switched on on " + apiPageEN + `, and does it have API 2.0.0 (else driver = "yeastar-v1")?`,
		doZH: "是否电话交换机？" + apiPageZH + ` 是否启用了 API？是否支持 API 2.0.0（否则 driver = "yeastar-v1"）？`,
	},
	"pbx.login/api-off": {en: "the PBX answers that its API does not run", zh: "电话交换机回答：API 服务未运行", doEN: "switch it on on " + apiPageEN + ", save and apply", doZH: "在 " + apiPageZH + " 启用，保存并应用"},
	"pbx.login/other":   {en: "no login at {url}: {error}", zh: "无法登录 {url}：{error}", doEN: "look at the PBX, and at the agent's log", doZH: "查看电话交换机和代理程序的日志"},

	"pbx.certificate/ok": {en: "the one that was agreed to", zh: "与已确认的一致"},
	"pbx.certificate/plain": {
		en: "pbx.url is plain HTTP: who listens on the line reads guests' names, and can log in", zh: "pbx.url 使用明文 HTTP：线路上的人可以读到客人姓名，也可以登录",
		doEN: `switch https on on the PBX, change pbx.url, and run "bellhop trust pbx"; or keep box and PBX on a switch of their own`,
		doZH: "在电话交换机上启用 https，修改 pbx.url，运行 bellhop trust pbx；或让盒子与交换机使用专用网络",
	},
	"pbx.certificate/untrusted": {en: "nobody has agreed to it: {error}", zh: "尚未有人确认：{error}", doEN: `run "bellhop trust pbx" and compare the fingerprint, then restart the agent`, doZH: "运行 bellhop trust pbx 并核对指纹，然后重启代理程序"},
	"pbx.certificate/changed": {
		en: "the PBX shows another certificate than the one agreed to: it was changed there, or something stands between", zh: "电话交换机的证书与已确认的不同：证书已更换，或中间有其他设备",
		doEN: `compare the fingerprint with the PBX's own page; if it was changed on purpose, run "bellhop trust pbx" and restart the agent`,
		doZH: "与交换机网页上的指纹核对；若确为更换，运行 bellhop trust pbx 并重启代理程序",
	},

	"pbx.transport/ok":       {en: "the PBX sends its reports over {way}, as the config says", zh: "电话交换机经 {way} 发送报告，与配置一致"},
	"pbx.transport/not-said": {en: "the PBX does not say how it sends its reports; the config says {config}", zh: "电话交换机未说明如何发送报告；配置为 {config}"},
	"pbx.transport/differs": {
		en: "the PBX sends its reports over {way}, and the config waits for {config}: none will come", zh: "电话交换机经 {way} 发送报告，而配置为 {config}：收不到任何报告",
		doEN: "choose {config} on " + apiPageEN + `, or set pbx.events = "{way}"`, doZH: "在 " + apiPageZH + " 选择 {config}，或设置 pbx.events = \"{way}\"",
	},

	"pbx.events/ok":       {en: "taken at {where}; the newest came at {at}, {ago} ago", zh: "在 {where} 接收；最近一次为 {at}（{ago} 前）"},
	"pbx.events/starting": {en: "not taken yet: the agent has just been started", zh: "尚未接收：代理程序刚刚启动", doEN: "look again in a moment", doZH: "请稍后再看"},
	"pbx.events/deaf":     {en: "reports are taken nowhere: {why}", zh: "未在任何地方接收报告：{why}", doEN: "mend what it says; nothing that guests dial arrives until then", doZH: "请按提示修复；在此之前收不到任何按键"},
	"pbx.events/none": {
		en: "taken at {where}; none has come yet", zh: "在 {where} 接收；尚未收到任何报告",
		doEN: `run "bellhop doctor --wait" and dial any number on a telephone; if nothing comes: can the PBX reach the box there?`,
		doZH: "运行 bellhop doctor --wait，然后用任意电话拨号；若收不到：电话交换机能否访问该地址？",
	},
	"pbx.events/old": {
		en: "taken at {where}; the newest came at {at}, {ago} ago", zh: "在 {where} 接收；最近一次为 {at}（{ago} 前）",
		doEN: `run "bellhop doctor --wait" and dial any number on a telephone; see pbx.other-user, too`, doZH: "运行 bellhop doctor --wait，然后用任意电话拨号；另见 pbx.other-user",
	},

	"box.clock/synced":       {en: "{now}, kept right by NTP", zh: "{now}，由 NTP 校准"},
	"box.clock/believed":     {en: "{now}; not kept right by NTP, and near the PBX's", zh: "{now}；未由 NTP 校准，但与电话交换机相近"},
	"box.clock/unsure":       {en: "{now}; not kept right by NTP, and the PBX's is not known", zh: "{now}；未由 NTP 校准，电话交换机的时钟未知", doEN: "let NTP keep the box's clock", doZH: "请让盒子使用 NTP 校时"},
	"box.clock/not-believed": {en: "{now} is not believed: {why}; no schedule runs", zh: "{now} 不可信：{why}；定时任务不运行", doEN: "let NTP keep the box's clock", doZH: "请让盒子使用 NTP 校时"},

	"wakeups/ok": {
		en: "by {how}: awake is who presses a key, and the desk ({desk}) is rung about who does not. That a guest who pressed one stays awake nothing can prove",
		zh: "方式 {how}：客人按键即确认醒来；未确认时呼叫前台（{desk}）。客人按键后是否又睡着无法证明",
	},
	"wakeups/no-desk": {
		en: "by {how}: awake is who presses a key; who does not is an alert, and no telephone rings about it (wakeup.desk)",
		zh: "方式 {how}：客人按键即确认醒来；未确认时只有警报，不呼叫前台（wakeup.desk）",
	},
	"wakeups/pbx": {
		en: "by the PBX's own alarms: nobody learns whether a guest was woken", zh: "由电话交换机的闹钟叫醒：无法得知客人是否醒来",
		doEN: "set wakeup.how to \"call\" or \"both\", and services.confirm", doZH: "将 wakeup.how 设为 \"call\" 或 \"both\"，并设置 services.confirm",
	},
	"wakeups/no-confirm": {
		en:   "wakeup.how is {how}, and no code takes a guest's key: the PBX's own alarms are set instead, and nobody learns whether a guest was woken",
		zh:   "wakeup.how 为 {how}，但没有接收客人按键的代码：改用电话交换机的闹钟，无法得知客人是否醒来",
		doEN: "set services.confirm, such as \"775\", and install the dialplan", doZH: "设置 services.confirm（如 \"775\"）并安装拨号方案",
	},
	"wakeups/no-dial": {
		en:   "wakeup.how is {how}, and this PBX places no calls: its own alarms are set instead, and nobody learns whether a guest was woken",
		zh:   "wakeup.how 为 {how}，但此电话交换机不能代拨电话：改用其闹钟，无法得知客人是否醒来",
		doEN: "set wakeup.how to \"pbx\", and let the desk look after guests who must be up", doZH: "将 wakeup.how 设为 \"pbx\"，并由前台照看必须起床的客人",
	},
	"wakeups/neither": {
		en: "this PBX neither places calls nor holds alarms: nobody is woken", zh: "此电话交换机既不能代拨也没有闹钟：无法叫醒客人",
		doEN: "wake guests by hand; each order becomes an alert when it is due", doZH: "请人工叫醒；每个叫醒到时会产生警报",
	},
	"wakeups/desk": {
		en: "wakeup.desk is {desk}, and without services.confirm it is not rung", zh: "已设置 wakeup.desk（{desk}），但没有 services.confirm 就不会呼叫",
		doEN: "set services.confirm, such as \"775\", and install the dialplan", doZH: "设置 services.confirm（如 \"775\"）并安装拨号方案",
	},

	"pbx.clock/ok":         {en: "{seconds} s from the box's", zh: "与盒子相差 {seconds} 秒"},
	"pbx.clock/unreadable": {en: "cannot be read: {clock}", zh: "无法读取：{clock}"},
	"pbx.clock/offset": {
		en:   "shows the right time ({seconds} s from the box's), and takes it for one of another zone: {clock}, and the hotel is in {zone}",
		zh:   "时间正确（与盒子相差 {seconds} 秒），但时区设置不同：{clock}，酒店在 {zone}",
		doEN: "set the PBX's time zone; its clock may jump when it next asks its time server", doZH: "请设置电话交换机的时区；下次校时后其时钟可能跳变",
	},
	"pbx.clock/zone": {
		en: "{seconds} s from the box's: it stands in another time zone ({clock}; the hotel is in {zone})", zh: "与盒子相差 {seconds} 秒：时区不同（{clock}；酒店在 {zone}）",
		doEN: "set the PBX's time zone, or hotel.timezone", doZH: "请设置电话交换机的时区，或 hotel.timezone",
	},
	"pbx.clock/pbx-off": {
		en: "{seconds} s from the box's, which NTP keeps right: the PBX's is off ({clock})", zh: "与盒子相差 {seconds} 秒，盒子由 NTP 校准：电话交换机的时钟不准（{clock}）",
		doEN: "set the PBX's clock, or let it ask a time server", doZH: "请调整电话交换机的时钟，或启用 NTP",
	},
	"pbx.clock/box-off": {
		en: "{seconds} s from the box's; the box's is likely off: {why}", zh: "与盒子相差 {seconds} 秒；盒子的时钟很可能不准：{why}",
		doEN: "let NTP keep the box's clock", doZH: "请让盒子使用 NTP 校时",
	},
	"pbx.clock/one-off": {
		en: "{seconds} s from the box's ({clock}, and {box}): one of the two is off", zh: "与盒子相差 {seconds} 秒（{clock}，盒子为 {box}）：其中之一不准",
		doEN: "let NTP keep both", doZH: "请让两者都使用 NTP 校时",
	},

	"pbx.monitoring.extensions/ok": {en: "{reports} reports of what telephones do since {since}", zh: "{since} 以来有 {reports} 个话机状态报告"},
	"pbx.monitoring.extensions/off": {
		en: "{calls} calls since {since}, and no report of what a telephone does: most likely not ticked", zh: "{since} 以来有 {calls} 次通话，但没有话机状态报告：很可能未勾选",
		doEN: "for faults of telephones to be seen, tick the monitoring of extensions on " + apiPageEN + ", advanced", doZH: "若要看到话机故障，请在 " + apiPageZH + " 高级设置中勾选分机的状态监控",
	},
	"pbx.monitoring.trunks/ok": {en: "calls over trunks are reported while they go on", zh: "外线通话进行中有状态报告"},
	"pbx.monitoring.trunks/off": {
		en: "calls since {since} over {trunks}, and none reported while it went on: most likely not ticked", zh: "{since} 以来 {trunks} 上有通话，但进行中没有状态报告：很可能未勾选",
		doEN: "to see calls over them while they go on, and to be told of a call for help at once and not when it has ended, tick their monitoring on " + apiPageEN + ", advanced", doZH: "若要看到进行中的外线通话，并在紧急呼叫一开始（而非结束后）就收到警报，请在 " + apiPageZH + " 高级设置中勾选中继的状态监控",
	},
	"pbx.call-control/ok": {en: "no call waits for an answer of ours", zh: "没有来电等待我们的应答"},
	"pbx.call-control/on": {
		en: "{reports} calls since {since} were held by the PBX for an answer that nobody gives", zh: "{since} 以来有 {reports} 个来电被电话交换机挂起等待应答",
		doEN: "take the ticks from the control of incoming calls (来电接听控制, 呼入目的地控制) on " + apiPageEN + ", advanced", doZH: "在 " + apiPageZH + " 高级设置中取消来电接听控制和呼入目的地控制",
	},

	"pbx.routes/ok":   {en: "the PBX has all {routes} outbound routes that [classes] names", zh: "[classes] 中的 {routes} 条外呼路由都存在"},
	"pbx.routes/none": {en: "[classes] names no outbound route; the PBX has {routes}", zh: "[classes] 未写明外呼路由；电话交换机有 {routes}", doEN: "write the routes of each class of service into [classes]", doZH: "请在 [classes] 中写明每种呼叫权限的路由"},
	"pbx.routes/missing": {
		en: "[classes] names outbound routes that the PBX does not have: {missing}", zh: "[classes] 中有电话交换机没有的外呼路由：{missing}",
		doEN: "write them as the PBX does; it has: {routes}", doZH: "请与电话交换机一致；其路由为：{routes}",
	},
	"pbx.emergency/ok":                    {en: "{numbers} fit an outbound route; every room keeps those of emergency.routes", zh: "{numbers} 有外呼路由；每个房间始终保留 emergency.routes 中的路由"},
	"pbx.emergency/barred":                {en: "no outbound route that every room keeps takes {numbers}", zh: "每个房间都保留的外呼路由中，没有一条可拨 {numbers}", doEN: "add a route on the PBX that takes them as they are, without an outside prefix, and name it in emergency.routes", doZH: "请在电话交换机上添加可直接拨打（无需外线前缀）的紧急路由，并写入 emergency.routes"},
	"pbx.emergency/unclear":               {en: "whether a route takes {numbers} its pattern does not tell", zh: "无法从路由的模式判断能否拨 {numbers}", doEN: "try it with the emergency service's consent", doZH: "请征得应急部门同意后试拨"},
	"pbx.emergency/country":               {en: "the emergency numbers of {country} are not known", zh: "不了解 {country} 的紧急号码", doEN: "name them in emergency.numbers, and see to it that every room can dial them", doZH: "请在 emergency.numbers 中写明，并确认每个房间都能拨打"},
	"pbx.emergency/shadowed":              {en: "the house has telephones with the numbers {numbers}: who dials one for help rings that telephone", zh: "酒店内有号码为 {numbers} 的分机：拨打该紧急号码会打到该分机", doEN: "give those telephones other numbers; until then the outside prefix must stand on every telephone", doZH: "请更改这些分机的号码；在此之前每部电话上须注明外线前缀"},
	"pbx.emergency.telephones/ok":         {en: "all {phones} telephones of the rooms may take a route to each number for help", zh: "房间的 {phones} 部电话都可拨打所有紧急号码"},
	"pbx.emergency.telephones/cut-off":    {en: "{count} telephones of rooms may take no route to some number for help: {phones}", zh: "有 {count} 部房间电话无法拨打某个紧急号码：{phones}", doEN: "give them the emergency route: name it in emergency.routes, then \"bellhop rooms check --mend\", or tick them in that route on the PBX", doZH: "请给它们紧急路由：写入 emergency.routes 后运行 bellhop rooms check --mend，或在交换机的该路由中勾选"},
	"pbx.emergency.telephones/waiting":    {en: "{count} telephones of rooms may take no route to some number for help, while changes for the PBX wait: {phones}", zh: "有 {count} 部房间电话无法拨打某个紧急号码，交换机的更改仍在等待执行：{phones}", doEN: "when \"bellhop queue list\" is empty, run the doctor again: it says whether any are left", doZH: "待 bellhop queue list 为空后，请再次运行 bellhop doctor 确认"},
	"pbx.emergency.telephones/restricted": {en: "{count} telephones of rooms can call nobody, for help neither, as their call restriction is on: {phones}", zh: "有 {count} 部房间电话开启了呼出限制，无法拨打任何号码，包括紧急号码：{phones}", doEN: "take the call restriction off on the PBX; of vacant rooms \"bellhop rooms check --mend\" does", doZH: "请在交换机上关闭呼出限制；空房可用 bellhop rooms check --mend"},
	"pbx.emergency.telephones/not-said":   {en: "the PBX does not say who may take which route", zh: "电话交换机未说明每条路由允许哪些分机"},
	"pbx.emergency.telephones/no-rooms":   {en: "no rooms are imported yet", zh: "尚未导入房间", doEN: `"bellhop rooms import FILE"`, doZH: "bellhop rooms import FILE"},
	"pbx.emergency.telephones/country":    {en: "the emergency numbers of {country} are not known", zh: "不了解 {country} 的紧急号码", doEN: "name them in emergency.numbers", doZH: "请在 emergency.numbers 中写明"},

	"pbx.extensions/ok":       {en: "the PBX has all {phones} telephones of the rooms, and they are there", zh: "房间的 {phones} 部电话都存在且在线"},
	"pbx.extensions/no-rooms": {en: "no rooms are imported yet; the PBX has {extensions} extensions", zh: "尚未导入房间；电话交换机有 {extensions} 个分机", doEN: `"bellhop rooms import FILE"`, doZH: "bellhop rooms import FILE"},
	"pbx.extensions/missing":  {en: "rooms have telephones that the PBX does not: {missing}", zh: "房间的电话在交换机上不存在：{missing}", doEN: "mend the list of rooms, or add the extensions on the PBX", doZH: "请修改房间列表，或在交换机上添加分机"},
	"pbx.extensions/away":     {en: "telephones that are away: {away}", zh: "不在线的电话：{away}", doEN: "look at their plugs and lines", doZH: "请检查插头和线路"},

	"rooms.occupancy/ok":       {en: "which rooms are occupied was confirmed at {at}", zh: "入住情况已于 {at} 确认"},
	"rooms.occupancy/no-rooms": {en: "no rooms are imported yet", zh: "尚未导入房间"},
	"rooms.occupancy/unconfirmed": {
		en:   "nobody has said which rooms are occupied; until then no job of the night takes a room for vacant",
		zh:   "尚未有人确认哪些房间已入住；在此之前，夜间任务不会把任何房间视为空房",
		doEN: `"bellhop rooms occupancy --from-pbx", or with a FILE, or alone when "bellhop rooms list" is right`,
		doZH: "运行 bellhop rooms occupancy --from-pbx（或指定 FILE）；若 bellhop rooms list 已正确，直接运行 bellhop rooms occupancy",
	},

	"pbx.other-user/ok": {en: "nothing speaks for another program under the same API user", zh: "没有迹象表明其他程序使用同一 API 用户"},
	"pbx.other-user/lost": {
		en:   "the PBX forgot our login {lost} times in the last hour without a start: another program may log in as the same user",
		zh:   "最近一小时电话交换机 {lost} 次忘记我们的登录，且未重启：可能有其他程序使用同一用户登录",
		doEN: "let no other program log in; one that needs the reports gets them by relay_to", doZH: "请勿让其他程序登录；需要报告的程序可由 relay_to 获得",
	},
	"pbx.other-user/fight": {
		en:   "the PBX forgot our login {lost} times in the last hour without a start: another program logs in as the same user, and each takes the reports from the other",
		zh:   "最近一小时电话交换机 {lost} 次忘记我们的登录，且未重启：有其他程序使用同一用户登录，双方互相夺走报告",
		doEN: "stop the other program's login; if it needs the reports, it gets them by relay_to", doZH: "请停止另一程序的登录；若它需要报告，可由 relay_to 获得",
	},
	"pbx.other-user/missed": {
		en:   "{missed} call records of the last day were never reported although reports were taken: they may have gone to another program that logs in as the same user",
		zh:   "最近一天有 {missed} 条通话记录未被报告，而接收一直正常：可能发给了使用同一用户登录的其他程序",
		doEN: "let no other program log in; one that needs the reports gets them by relay_to", doZH: "请勿让其他程序登录；需要报告的程序可由 relay_to 获得",
	},

	"pbx.abilities/ok":   {en: "all that is asked of a PBX: {has}", zh: "全部具备：{has}"},
	"pbx.abilities/some": {en: "has {has}; the agent can make from these: {made}; lacks: {lacks}", zh: "具备：{has}；可由代理程序代替：{made}；缺少：{lacks}"},
	"pbx.abilities/refused": {
		en: "this model has refused as unknown: {refused}; the driver has {has}", zh: "此型号拒绝（未知请求）：{refused}；驱动具备：{has}",
		doEN: "newer firmware may have them", doZH: "较新的固件可能支持",
	},

	"sms/none":     {en: "no line of the PBX is named: a text message that a hook wants becomes an alert", zh: "未指定线路：脚本要发的短信改为警报", doEN: "name the PBX's mobile line as sms.trunk, if any is to be sent; docs/hooks.md", doZH: "如需发送短信，请将交换机的移动线路名设为 sms.trunk；见 docs/hooks.md"},
	"sms/unable":   {en: "they are to go by the line {trunk}, and there is no PBX that can be told to send any: each becomes an alert", zh: "短信应经线路 {trunk} 发送，但没有可代发短信的电话交换机：每条都改为警报", doEN: "take sms.trunk out of the config, or connect a PBX with a mobile line", doZH: "请从配置中去掉 sms.trunk，或连接带移动线路的电话交换机"},
	"sms/spent":    {en: "{count} went today by the line {trunk}, and no more go (sms.per_day {most}): each further one becomes an alert", zh: "今日已经线路 {trunk} 发送 {count} 条，不再发送（sms.per_day {most}）：其余改为警报", doEN: `see whether a hook runs wild ("bellhop hooks list"); else raise sms.per_day`, doZH: "请检查是否有脚本失控（bellhop hooks list）；否则调高 sms.per_day"},
	"sms/ok":       {en: "by the line {trunk}, {most} a day at most; whether the PBX has that line shows the first message", zh: "经线路 {trunk} 发送，每日最多 {most} 条；交换机是否有该线路，发送第一条时才知道"},
	"mail/none":    {en: "none is configured: alerts and reports are seen by who looks", zh: "未配置：警报和报告需主动查看"},
	"mail/unused":  {en: "{host}: nothing has been sent since the agent's start", zh: "{host}：自代理程序启动以来未发送邮件", doEN: `"bellhop mail test" sends one`, doZH: "可用 bellhop mail test 发送测试邮件"},
	"mail/ok":      {en: "{host}: the newest mail went at {at}", zh: "{host}：最近一封于 {at} 发出"},
	"mail/failed":  {en: "{host}: the newest try failed at {at} ({error}); the newest success: {sent}", zh: "{host}：最近一次于 {at} 失败（{error}）；最近一次成功：{sent}", doEN: `mend what it says, then "bellhop mail test"; mails are kept for a day`, doZH: "请按提示修复，然后运行 bellhop mail test；邮件保留一天"},
	"mail/missing": {en: "configured, and could not be set up", zh: "已配置，但无法启用", doEN: "the agent's log says what is missing; mend it and restart the agent", doZH: "代理程序的日志会说明缺少什么；修复后重启代理程序"},

	"pms/none":    {en: "none is configured", zh: "未配置"},
	"pms/ok":      {en: "{link}: it answered at {at}; the oldest that waits for it: {oldest}", zh: "{link}：最近一次应答于 {at}；最早的待发时间：{oldest}"},
	"pms/untold":  {en: "{link}: it was told nothing since the agent's start; the oldest that waits for it: {oldest}", zh: "{link}：代理程序启动以来尚未发送；最早的待发时间：{oldest}"},
	"pms/missing": {en: "configured, and its link could not be set up", zh: "已配置，但无法建立连接", doEN: `"bellhop config check" says what is missing`, doZH: "bellhop config check 会说明缺少什么"},
	"pms/away":    {en: "takes nothing since {since}: {error}; the oldest that waits for it: {oldest}", zh: "自 {since} 起不接收：{error}；最早的待发时间：{oldest}", doEN: "nothing is lost; mend the PMS or the way to it", doZH: "数据不会丢失；请修复 PMS 或网络"},

	"relay/none": {en: "relay_to names no receiver", zh: "relay_to 未设置接收方"},
	"relay/ok":   {en: "relay_to names {receivers}; none is known to refuse what is handed on", zh: "relay_to 有 {receivers} 个接收方，均无异常"},
	"relay/away": {en: "{to} does not take the reports that are handed on, since {since}: {error}", zh: "{to} 自 {since} 起不接收转发的报告：{error}", doEN: "mend it, or take it out of relay_to", doZH: "请修复，或从 relay_to 中删除"},

	"install/none":    {en: "install.url names no place for the PBX's files", zh: "install.url 未设置交换机文件的位置"},
	"install/not-yet": {en: "dialplan and prompts on the PBX are compared every night; that has not been since the agent was started", zh: "交换机上的拨号方案和提示音每晚核对一次；程序启动后尚未核对", doEN: "bellhop install verify compares them now", doZH: "运行 bellhop install verify 立即核对"},
	"install/unseen":  {en: "the PBX's files could not be compared at {at}: {error}", zh: "{at} 无法核对交换机上的文件：{error}", doEN: "mend it, and see with bellhop install verify", doZH: "请处理后用 bellhop install verify 确认"},
	"install/nothing": {en: "nothing was installed on the PBX from this box ({at})", zh: "本机尚未在交换机上安装任何文件（{at}）", doEN: "bellhop install apply", doZH: "运行 bellhop install apply"},
	"install/changed": {en: "{count} files on the PBX are no longer what was installed ({at}): {files}", zh: "交换机上有 {count} 个文件与安装时不同（{at}）：{files}", doEN: "see bellhop install plan, then bellhop install apply", doZH: "先看 bellhop install plan，再执行 bellhop install apply"},
	"install/ok":      {en: "{count} files on the PBX were as installed at {at}", zh: "{at} 核对：交换机上的 {count} 个文件与安装时一致"},

	"store/ok":       {en: "events are kept", zh: "事件正常保存"},
	"store/refuses":  {en: "events are not kept: {error}", zh: "事件无法保存：{error}", doEN: "make room on the disk, or change it", doZH: "请清理或更换磁盘"},
	"hooks/alone":    {en: "the hotel's own load without a fault; whether one fails too often only a running agent knows", zh: "酒店自有脚本可正常载入；是否经常出错须在代理程序运行时才能得知"},
	"backup/ok":      {en: "the newest is {days} days old: made at {at}, at {to}, encrypted", zh: "最近一次备份已有 {days} 天：{at}，位于 {to}，已加密"},
	"backup/clear":   {en: "the newest is {days} days old: made at {at}, at {to}; it is not encrypted, so that passwords are not in it", zh: "最近一次备份已有 {days} 天：{at}，位于 {to}；未加密，因此不含密码", doEN: "bellhop backup key", doZH: "运行 bellhop backup key"},
	"backup/old":     {en: "the newest is {days} days old: made at {at}, at {to}", zh: "最近一次备份已有 {days} 天：{at}，位于 {to}", doEN: `"bellhop backup" makes one now; "bellhop cron list" says when the job runs`, doZH: "可用 bellhop backup 立即备份；bellhop cron list 显示任务时间"},
	"backup/none":    {en: "none leaves this box: when its disk breaks, all is gone", zh: "没有任何备份离开本机：磁盘损坏时数据将全部丢失", doEN: "name a place as backup.to; docs/backup.md", doZH: "请设置 backup.to；见 docs/backup.md"},
	"backup/by-hand": {en: "the newest is {days} days old, made by hand at {at}, at {to}; none leaves this box at night, as backup.to is empty", zh: "最近一次备份已有 {days} 天，于 {at} 手动备份到 {to}；backup.to 为空，夜间不会备份到别处", doEN: "set backup.to in the config, so that one goes there every night; docs/backup.md", doZH: "请在配置中设置 backup.to，使每夜自动备份；见 docs/backup.md"},
	"backup/not-yet": {en: "none has been made yet; they go to {to}", zh: "尚未备份；备份将存放于 {to}", doEN: `"bellhop backup" makes one now`, doZH: "可用 bellhop backup 立即备份"},
	"backup/failed":  {en: "the newest try failed at {at} ({error}); the newest that was made: {made}", zh: "最近一次备份于 {at} 失败（{error}）；最近一次成功：{made}", doEN: `mend what it says, then "bellhop backup"`, doZH: "请按提示修复，然后运行 bellhop backup"},
	"hooks/ok":       {en: "the hotel's own are in use beside the shipped ones: {own} files, read at {at}", zh: "除自带脚本外，酒店自有脚本 {own} 个正在使用，读取于 {at}"},
	"hooks/replaced": {en: "the hotel's own are in use: {own} files, read at {at}; in the place of shipped ones: {files}", zh: "酒店自有脚本 {own} 个正在使用，读取于 {at}；代替自带脚本的有：{files}"},
	"hooks/shipped":  {en: "the shipped ones are in use; the hotel has none of its own, as of {at}", zh: "正在使用自带脚本；截至 {at}，酒店没有自有脚本"},
	"hooks/aside":    {en: "failed too often and set aside: {files} (the last error: {error})", zh: "多次出错，已停用：{files}（最近的错误：{error}）", doEN: "mend the file, or run bellhop hooks reset; then run again what is parked", doZH: "请修改文件，或运行 bellhop hooks reset；然后重新运行保留的事件"},
	"hooks/waits":    {en: "changed, and not in use before a person accepts them: {files}; replayed, they would have done something otherwise, or it is not sure", zh: "已修改但须有人确认后才会启用：{files}；回放表明结果会不同，或无法确定", doEN: `"bellhop hooks replay --hook {first}" shows what would be otherwise, "bellhop hooks accept {first}" uses it`, doZH: "bellhop hooks replay --hook {first} 显示差异，bellhop hooks accept {first} 启用新版本"},
	"hooks/faults":   {en: "some are not used as they stand: {error}", zh: "部分未按现状启用：{error}", doEN: "mend the file: it is loaded when it is saved", doZH: "请修改文件：保存后自动载入"},

	"api/none":   {en: "api.listen is empty: nothing is answered over TCP", zh: "api.listen 为空：不通过 TCP 应答"},
	"api/near":   {en: "{address} answers programs on this box alone; tokens: {tokens}", zh: "{address} 只应答本机程序；令牌：{tokens}"},
	"api/plain":  {en: "{address} answers /healthz and /metrics without TLS, and there are no tokens", zh: "{address} 不加密地应答 /healthz 和 /metrics，没有令牌"},
	"api/tls":    {en: "{address} answers over TLS until {ends}; tokens: {tokens}; SHA-256 of the certificate: {fingerprint}", zh: "{address} 通过 TLS 应答，证书有效期至 {ends}；令牌：{tokens}；证书 SHA-256：{fingerprint}"},
	"api/failed": {en: "{address} does not answer: {error}", zh: "{address} 无法应答：{error}", doEN: "mend it, then restart the agent", doZH: "请修复，然后重启代理程序"},
	"api/ends": {
		en: "the certificate of {address} ends at {ends}; SHA-256: {fingerprint}", zh: "{address} 的证书将于 {ends} 到期；SHA-256：{fingerprint}",
		doEN: "put a new one into api.cert and api.key; one that the box has made is renewed by itself while its clock is right", doZH: "请更换 api.cert 和 api.key；本机自制的证书在时钟正确时会自动更新",
	},
	"api/plain-tokens": {
		en: "{address} answers without TLS, and so takes none of the {tokens} tokens from the network", zh: "{address} 未使用 TLS，因此不接受来自网络的 {tokens} 个令牌",
		doEN: "set api.tls to \"self\" and restart the agent, or revoke the tokens", doZH: "将 api.tls 设为 \"self\" 并重启代理程序，或撤销令牌",
	},
}
