package site

// boxTexts are of the computer.
var boxTexts = map[string]words{
	"*/unmeasured": {en: "not known: {error}", zh: "未知：{error}"},

	"box.disk/ok": {en: "{free} of {size} are free where the store lies", zh: "数据库所在磁盘剩余 {free}，共 {size}"},
	"box.disk/short": {
		en: "{free} of {size} are free where the store lies: less than the {want} of store.max_size that it may grow to", zh: "数据库所在磁盘剩余 {free}（共 {size}），少于 store.max_size 的 {want}",
		doEN: "make room, or lower store.max_size", doZH: "请清理磁盘，或调低 store.max_size",
	},
	"box.disk/full": {
		en: "{free} of {size} are free where the store lies: soon nothing can be kept, and reports are refused", zh: "数据库所在磁盘仅剩 {free}（共 {size}）：即将无法保存，报告会被拒绝",
		doEN: "make room now: old logs and packages (journalctl --vacuum-size=50M, apt-get clean); never the files beside {path}", doZH: "请立即清理：旧日志和安装包（journalctl --vacuum-size=50M、apt-get clean）；切勿删除 {path} 旁的文件",
	},
	"box.disk/files": {
		en: "no further file can be made where the store lies, although {free} are free", zh: "数据库所在磁盘无法再创建文件，尽管剩余 {free}",
		doEN: "something makes very many small files there: remove them", doZH: "有程序创建了大量小文件，请删除",
	},
	"box.disk/read-only": {
		en: "where the store lies nothing can be written: the system has made that disk read-only", zh: "数据库所在磁盘为只读，无法写入",
		doEN: "\"dmesg\" says why; a card that does this is at its end: put in a new one and restore the backup", doZH: "dmesg 会说明原因；存储卡出现此情况即将损坏：请更换并恢复备份",
	},
	"box.disk/volatile": {
		en: "the store lies in memory ({path}): the next start of the box loses it", zh: "数据库位于内存（{path}）：盒子重启后会丢失",
		doEN: "name a path on a disk as store.path", doZH: "请在 store.path 中写明磁盘上的路径",
	},

	"box.sync/ok": {en: "a page is on the disk after {median}, {longest} at most (of {times})", zh: "写入一页到磁盘用时 {median}，最长 {longest}（共 {times} 次）"},
	"box.sync/slow": {
		en: "a page is on the disk only after {median}, {longest} at most (of {times}): each report waits for one", zh: "写入一页到磁盘需 {median}，最长 {longest}（共 {times} 次）：每个报告都要等待一次",
		doEN: "a card that has become slow is wearing out: put in one made for cameras or industry", doZH: "变慢的存储卡正在老化：请更换为监控级或工业级存储卡",
	},
	"box.sync/lame": {
		en: "a page is on the disk only after {median}, {longest} at most (of {times}): so slow that the PBX sends reports again", zh: "写入一页到磁盘需 {median}，最长 {longest}（共 {times} 次）：太慢，电话交换机会重复发送报告",
		doEN: "exchange the card or disk; does another program write on it all the time?", doZH: "请更换存储卡或磁盘；是否有其他程序一直在写入？",
	},
	"box.sync/stuck": {
		en: "the disk did not keep a page: {limit}", zh: "磁盘未能写入一页：{limit}",
		doEN: "exchange the card or disk; \"dmesg\" says what it answers", doZH: "请更换存储卡或磁盘；dmesg 会显示其错误",
	},

	"box.wear/ok":    {en: "{daily} a day are written on {disk} ({size}): it lasts about {years} years, if each cell takes {turns} writings and the card makes {spread} bytes of one", zh: "{disk}（{size}）每天写入 {daily}：约可用 {years} 年（假设每个单元可写 {turns} 次，写入放大 {spread} 倍）"},
	"box.wear/long":  {en: "{daily} a day are written on {disk} ({size}): it lasts longer than {years} years, if each cell takes {turns} writings and the card makes {spread} bytes of one", zh: "{disk}（{size}）每天写入 {daily}：可用 {years} 年以上（假设每个单元可写 {turns} 次，写入放大 {spread} 倍）"},
	"box.wear/turns": {en: "{daily} a day are written on {disk} ({size}), a hard disk, which that does not use up", zh: "{disk}（{size}）每天写入 {daily}；为机械硬盘，不因写入而耗损"},
	"box.wear/early": {en: "the box was started {for} ago: too early to tell how much is written on {disk}", zh: "盒子启动仅 {for}，尚无法判断 {disk} 的写入量"},
	"box.wear/soon": {
		en: "{daily} a day are written on {disk} ({size}): it lasts about {years} years, if each cell takes {turns} writings and the card makes {spread} bytes of one", zh: "{disk}（{size}）每天写入 {daily}：约可用 {years} 年（假设每个单元可写 {turns} 次，写入放大 {spread} 倍）",
		doEN: "find out which program writes so much (\"iotop -ao\"), or put in a larger card", doZH: "请查明哪个程序写入过多（iotop -ao），或更换更大的存储卡",
	},

	"box.memory/ok":  {en: "{available} of {total} are available; the agent takes {own}", zh: "可用内存 {available}，共 {total}；代理程序占用 {own}"},
	"box.memory/box": {en: "{available} of {total} are available", zh: "可用内存 {available}，共 {total}"},
	"box.memory/short": {
		en: "only {available} of {total} are available; the agent takes {own}", zh: "可用内存仅 {available}，共 {total}；代理程序占用 {own}",
		doEN: "end what else runs on the box: without memory the system ends a program, perhaps this one", doZH: "请停止盒子上的其他程序：内存不足时系统会终止程序，可能就是本程序",
	},
	"box.memory/grown": {
		en: "the agent takes {own}, more than it should under full load; {available} of {total} are available", zh: "代理程序占用 {own}，超过满负荷时的正常值；可用 {available}，共 {total}",
		doEN: "restart it at a quiet hour, and report this with the log", doZH: "请在空闲时重启，并连同日志一起反馈",
	},

	"box.ports/ok":   {en: "the agent listens where the config says and nowhere else: {ports}", zh: "代理程序只在配置的端口上监听：{ports}"},
	"box.ports/demo": {en: "the agent listens where the config says: {ports}; the demo's PBX and management system, in the same program, at {simulated}", zh: "代理程序只在配置的端口上监听：{ports}；演示用的交换机和酒店管理系统在同一程序中监听 {simulated}"},
	"box.ports/free": {en: "the agent does not run; where it would listen is free: {ports}", zh: "代理程序未运行；其端口空闲：{ports}"},
	"box.ports/taken": {
		en: "the agent does not run, and where it would listen another program does, or that address is not the box's: {ports}", zh: "代理程序未运行，而其端口已被占用，或该地址不属于本机：{ports}",
		doEN: "\"ss -ltnp\" says which; end it, or change pbx.event_listen or api.listen", doZH: "ss -ltnp 会显示是哪个程序；请停止它，或修改 pbx.event_listen 或 api.listen",
	},
	"box.ports/missing": {
		en: "the agent does not listen at {missing}; it listens at: {ports}", zh: "代理程序未在 {missing} 监听；当前监听：{ports}",
		doEN: "its log says why; \"ss -ltnp\" shows who has that port", doZH: "日志会说明原因；ss -ltnp 会显示谁占用了该端口",
	},
	"box.ports/other": {
		en: "the agent also listens at {other}, which no key of the config names (all: {ports})", zh: "代理程序还在 {other} 监听，配置中并未写明（全部：{ports}）",
		doEN: "restart it; if that stays, report it", doZH: "请重启；若仍然如此，请反馈",
	},
}
