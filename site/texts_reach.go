package site

// reachTexts are of the way to the PBX, and of what comes over it.
var reachTexts = map[string]words{
	"pbx.reachable/ok":    {en: "{address} is there, {tls}, after {took}", zh: "{address} 可达，{tls}，用时 {took}"},
	"pbx.reachable/plain": {en: "{address} is there, after {took}", zh: "{address} 可达，用时 {took}"},
	"pbx.reachable/no-host": {
		en: "there is no such address as {address}: {error}", zh: "没有 {address} 这个地址：{error}",
		doEN: "write the PBX's IP address in pbx.url", doZH: "在 pbx.url 中写电话交换机的 IP 地址",
	},
	"pbx.reachable/refused": {
		en: "nothing listens at {address}", zh: "{address} 无人应答",
		doEN: "is the PBX on, and is that the port of its web page (8088 by default)?", doZH: "电话交换机是否开机？端口是否与其网页相同（默认 8088）？",
	},
	"pbx.reachable/silent": {
		en: "no answer from {address} in time", zh: "{address} 未及时应答",
		doEN: "look at cable, address and the firewall between: \"ping\" it from the box; its own defence may have barred the box's address", doZH: "请检查网线、地址和防火墙，并在盒子上 ping；交换机的自动防御也可能已禁止盒子的地址",
	},
	"pbx.reachable/not-tls": {
		en: "{address} speaks no TLS", zh: "{address} 不使用 TLS",
		doEN: `write "http://" in pbx.url, or switch https on on the PBX`, doZH: "在 pbx.url 中写 http://，或在电话交换机上启用 https",
	},
	"pbx.reachable/other": {
		en: "no connection to {address}: {error}", zh: "无法连接 {address}：{error}",
		doEN: "for TLS the PBX must offer version 1.2: its security level must not be higher or lower; else look at the network between", doZH: "TLS 须为 1.2 版：请检查交换机的安全级别；否则请检查网络",
	},

	"pbx.certificate/lasts": {en: "it is the one that was agreed to; it runs out in {days} days", zh: "与已确认的证书相同；{days} 天后到期"},
	"pbx.certificate/ended": {en: "it is the one that was agreed to; it has run out ({at}), which matters to browsers and not to us", zh: "与已确认的证书相同；已于 {at} 到期，这影响浏览器，但不影响本机"},
	"pbx.certificate/ends": {
		en: "it is the one that was agreed to, and runs out in {days} days ({at}): a new one is another, which we would refuse", zh: "与已确认的证书相同，但 {days} 天后（{at}）到期：更换后本机会拒绝新证书",
		doEN: `when it is exchanged on the PBX, "bellhop trust pbx" agrees to the new one`, doZH: "在交换机上更换证书后，运行 bellhop trust pbx 确认新证书",
	},

	"pbx.heartbeat/ok":   {en: "the PBX answered {ago} ago; it is spoken with every five minutes", zh: "电话交换机 {ago} 前应答；每五分钟联系一次"},
	"pbx.heartbeat/none": {en: "the PBX has not answered since the agent's start: see pbx.login", zh: "代理程序启动以来电话交换机尚未应答：见 pbx.login"},
	"pbx.heartbeat/late": {
		en: "the PBX has not answered for {ago} (the newest error: {error})", zh: "电话交换机已 {ago} 未应答（最近的错误：{error}）",
		doEN: "see pbx.login; after half an hour the login ends, and with it the reports", doZH: "见 pbx.login；半小时后登录失效，报告也会停止",
	},
	"pbx.heartbeat/lost": {
		en: "the PBX has not answered for {ago}, so that the login has ended there, and the reports with it (the newest error: {error})", zh: "电话交换机已 {ago} 未应答，登录已失效，报告也已停止（最近的错误：{error}）",
		doEN: "see pbx.login and pbx.reachable; what was not reported is fetched when it answers again", doZH: "见 pbx.login 和 pbx.reachable；恢复后会补取未报告的通话",
	},

	"pbx.events/caused": {en: "taken at {where}; the name of extension {extension} was written as it stood, and a report came after {took}", zh: "接收于 {where}；按原样写入分机 {extension} 的名称后，{took} 收到报告"},
	"pbx.events/silent": {
		en: "taken at {where}; the name of extension {extension} was written as it stood, and no report came within {waited}", zh: "接收于 {where}；按原样写入分机 {extension} 的名称后，{waited} 内未收到报告",
		doEN: `not every firmware reports that: "bellhop doctor --wait", and dial any number. If nothing comes then, look whether the PBX can reach the box at that port`,
		doZH: "并非所有固件都会报告：请运行 bellhop doctor --wait 并拨任意号码。若仍无报告，请检查交换机能否访问盒子的该端口",
	},
	"pbx.events/not-caused": {
		en: "taken at {where}; the PBX could not be made to report anything: {error}", zh: "接收于 {where}；无法让电话交换机产生报告：{error}",
		doEN: `"bellhop doctor --wait", and dial any number`, doZH: "请运行 bellhop doctor --wait 并拨任意号码",
	},
}
