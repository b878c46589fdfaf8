package site

// queueTexts are of the store, of what waits in it, and of what was agreed to.
var queueTexts = map[string]words{
	"store.file/ok":     {en: "{size}, {free} of it empty, {events} events; each page was read at {at} and makes sense", zh: "{size}（其中空闲 {free}），{events} 个事件；{at} 检查过每一页，正常"},
	"store.file/closed": {en: "{size}, {events} events; each page was read now and makes sense", zh: "{size}，{events} 个事件；刚刚检查过每一页，正常"},
	"store.file/none":   {en: "there is no database yet", zh: "尚无数据库"},
	"store.file/large": {
		en: "{size}, {free} of it empty: far more than store.max_size ({most}); what is not delivered is never dropped for size", zh: "{size}（其中空闲 {free}），远超 store.max_size（{most}）；未送达的内容不会因大小而丢弃",
		doEN: "see queue and parked: something is not delivered for long", doZH: "见 queue 和 parked：有内容长期未送达",
	},
	"store.file/salvaged": {
		en: "the database was damaged at the agent's start and replaced; {salvaged} events were taken over from {file}", zh: "代理程序启动时数据库已损坏并被替换；从 {file} 取回 {salvaged} 个事件",
		doEN: "see the alert; look at box.sync and the card, and keep that file until all is sorted out", doZH: "请查看警报；检查 box.sync 和存储卡，并保留该文件直到处理完毕",
	},

	"queue/empty": {en: "nothing waits to be sent", zh: "没有待发内容"},
	"queue/ok":    {en: "the oldest that waits: {all}", zh: "最早的待发内容：{all}"},
	"queue/late": {
		en: "for {to} something waits since {since} ({ago}): {op}, room {room}; the oldest of all: {all}", zh: "{to} 的内容自 {since} 起等待（{ago}）：{op}，房间 {room}；各目标最早：{all}",
		doEN: "\"bellhop queue list\" shows what, and the error; mend the far side, or \"bellhop queue drop\"", doZH: "bellhop queue list 会显示内容和错误；请修复对方，或运行 bellhop queue drop",
	},
	"queue/nobody": {
		en: "calls wait for {to} since {since}, and nothing is configured that sends there", zh: "自 {since} 起有内容发往 {to}，但未配置发送方式",
		doEN: "configure it and restart the agent, or \"bellhop queue drop\" them", doZH: "请完成配置并重启代理程序，或用 bellhop queue drop 删除",
	},

	"parked/ok": {en: "nothing waits for a person", zh: "没有需要人工处理的内容"},
	"parked/some": {
		en: "for a person wait: {units} runs of hooks, {calls} calls to outside", zh: "需人工处理：{units} 次脚本运行，{calls} 个外部请求",
		doEN: "\"bellhop alerts list\" and \"bellhop queue list --parked\" say which; \"events rerun\" and \"queue retry\" or \"queue drop\" settle them",
		doZH: "用 bellhop alerts list 和 bellhop queue list --parked 查看；用 events rerun、queue retry 或 queue drop 处理",
	},

	"pins/ok":   {en: "agreed to: {names}", zh: "已确认：{names}"},
	"pins/none": {en: "nothing has to be agreed to", zh: "无需确认"},
	"pins/missing": {
		en: "nobody has agreed to what these show: {names}", zh: "尚未有人确认：{names}",
		doEN: "compare the fingerprint with what the server itself shows: \"bellhop trust {first}\"", doZH: "请与服务器显示的指纹核对：bellhop trust {first}",
	},

	"install.plan/ok":   {en: "what the config asks for was installed, by the box's records", zh: "按盒子的记录，配置要求的文件均已安装"},
	"install.plan/none": {en: "install.url names no place for the PBX's files", zh: "install.url 未设置交换机文件的位置"},
	"install.plan/due": {
		en: "{count} files are not on the PBX as the config asks for them now: {files}", zh: "有 {count} 个文件与当前配置不符，尚未安装：{files}",
		doEN: "see \"bellhop install plan\", then \"bellhop install apply\"", doZH: "先看 bellhop install plan，再执行 bellhop install apply",
	},
}
