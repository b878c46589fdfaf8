package hotel

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"strings"
)

// alertTexts holds the words of each code, in the two languages of the
// product. A word in braces is the alert's parameter of that name, in which
// reasons are said in words, and a question mark when the alert has none.
var alertTexts = map[string][2]string{
	AlertHook:         {"{text}", "{text}"},
	AlertHookFailed:   {"{unit} failed and waits for a person: {error}", "{unit} 出错，等待人工处理：{error}"},
	AlertHookFile:     {"The hook file {file} is not used as it stands; {instead}. Mend it: {error}", "脚本文件 {file} 未按现状启用；{instead}。请修改：{error}"},
	AlertHookAside:    {"The hook {hook} failed too often, and {file} is set aside; {instead}. Mend the file, or \"bellhop hooks reset {file}\"; what failed is parked and can be run again. The last error: {error}", "脚本 {hook} 多次出错，{file} 已停用；{instead}。请修改文件，或运行 bellhop hooks reset {file}；出错的事件已保留，可重新运行。最近的错误：{error}"},
	AlertHookWaits:    {"The changed hook file {file} (version {version}) would have done otherwise at {count} runs of the last {over}, and is not used yet. \"bellhop hooks replay --hook {file} --since {over}\" shows what, \"bellhop hooks accept {file}\" uses it", "修改后的脚本 {file}（版本 {version}）在最近 {over} 中有 {count} 次运行结果不同，尚未启用。用 bellhop hooks replay --hook {file} --since {over} 查看差异，用 bellhop hooks accept {file} 启用"},
	AlertNoHook:       {"Nothing handles {service} entries: {digits}", "没有脚本处理 {service} 的输入：{digits}"},
	AlertUnknownRoom:  {"A phone that belongs to no room ({extension}) dialled {digits}", "不属于任何房间的电话（{extension}）拨了 {digits}"},
	AlertBadDigits:    {"Dialled digits that mean nothing: {digits}", "无法识别的按键：{digits}"},
	AlertWrongPIN:     {"Three wrong PINs for staff number {staff}", "员工号 {staff} 连续三次输错密码"},
	AlertWakeUp:       {"The guest of room {room} dialled {digits} for a wake-up, and it could not be done: {error}", "房间 {room} 的客人拨 {digits} 设置叫醒，未能完成：{error}"},
	AlertUnreadable:   {"A report of the PBX could not be read: {error}", "无法读取电话交换机的报告：{error}"},
	AlertUnknownEvent: {"The PBX reports something unknown: {name}", "电话交换机报告了未知事件：{name}"},
	AlertRefused:      {"{to} refused {op}: {error}. What waits: \"bellhop queue list --parked\"; of charges: \"bellhop postings list --state refused\"", "{to} 拒绝了 {op}：{error}。待处理的消息：bellhop queue list --parked；其中的费用：bellhop postings list --state refused"},
	AlertExpired:      {"{op} for {to} came too late and was not sent", "发往 {to} 的 {op} 已过期，未发送"},
	AlertUncertain:    {"It is not known whether {op} reached {to}", "不确定 {op} 是否已到达 {to}"},
	AlertUnreachable:  {"{to} has taken no calls for 15 minutes; they are kept and sent when it is back", "{to} 已 15 分钟未接收任何消息；消息已保存，恢复后会发送"},
	AlertStuck:        {"{op} for {to}, room {room}, has failed for 15 minutes and is tried on, and what follows it waits: {error}", "发往 {to} 的 {op}（房间 {room}）已失败 15 分钟，仍在重试，其后的操作在等待：{error}"},
	AlertNoPhones:     {"This PBX cannot be told guests' names and classes of service: {error}", "此电话交换机不支持设置客人姓名和服务等级：{error}"},
	AlertDatabase:     {"The database was damaged and replaced; {salvaged} events were saved, the old file is {file}", "数据库已损坏并被替换；保住 {salvaged} 个事件，旧文件为 {file}"},
	AlertGap:          {"Reports of the PBX between {from} and {to} may be missing ({why}): what was dialled then cannot be had later; ask housekeeping", "{from} 至 {to} 之间电话交换机的报告可能缺失（{why}）：当时的按键无法补取，请向客房部核实"},
	AlertNotCleared:   {"Room {room} was let again before its phone {extension} could be cleared: look for voicemail, alarms and forwards of the guest before", "房间 {room} 的电话 {extension} 尚未清理就已入住新客人：请检查上一位客人的留言、闹钟和呼叫转移"},
	AlertNotClean:     {"Phone {extension} of room {room} still holds something of the guest who left: {left}. Clear it on the PBX; the next check-in tries again", "房间 {room} 的电话 {extension} 上仍有退房客人的内容：{left}。请在交换机上清除；下次入住时会再次尝试"},
	AlertVoicemail:    {"The guest who moved from room {room} to {to} has voicemail on the old phone {extension}: it goes when the room is let again", "从房间 {room} 换到 {to} 的客人在旧电话 {extension} 上还有留言：该房间再次入住时将被删除"},
	AlertSwapped:      {"The guests of rooms {room} and {to} have changed places, and phone {extension} of room {room} still holds, of the guest who is in {to} now: {left}. Let the guest have the voicemail, set alarms anew, and delete them on the PBX", "房间 {room} 与 {to} 的客人已互换，房间 {room} 的电话 {extension} 上仍有现住 {to} 的客人的：{left}。请转达留言、重新设置闹钟，并在交换机上删除"},
	AlertLookThrough:  {"Room {room} is checking out and nobody has looked it through yet: enter \"nothing taken\" by phone, or check out with --now", "房间 {room} 正在退房，但尚未查房：请用电话输入“无消费”，或使用 --now 直接退房"},
	AlertRelay:        {"{to} does not take the reports that are handed on to it (relay_to); those older than an hour are not handed on later", "{to} 未接收转发给它的报告（relay_to）；超过一小时的报告不再补发"},
	AlertFiles:        {"{count} of the files that were installed on the PBX are no longer what they were ({files}): see \"bellhop install plan\", then \"bellhop install apply\"", "安装在交换机上的文件有 {count} 个已改变（{files}）：请先看 bellhop install plan，再执行 bellhop install apply"},
	AlertFilesUnseen:  {"The PBX's files could not be compared with what was installed: {error}", "无法核对交换机上已安装的文件：{error}"},
	AlertJobMissed:    {"The job {job}, due {due}, did not run: the box was off or its clock was not right. Run it with \"bellhop cron run\" if it is needed", "任务 {job}（应于 {due} 运行）未运行：设备当时关机或时钟不准。如需要，请用 bellhop cron run 运行"},
	AlertOverdue:      {"{count} rooms should have been left: {rooms}. Extend the stays or check them out", "有 {count} 间客房应已退房：{rooms}。请续住或办理退房"},
	AlertSweepHeld:    {"{count} rooms should have been left, and the nightly sweep has checked none of them out: {why}", "有 {count} 间客房应已退房，夜间清理未办理任何退房：{why}"},
	AlertSwept:        {"The nightly sweep has checked the room out: it should have been left on {leaves}", "夜间清理已为该房办理退房：应于 {leaves} 退房"},
	AlertNotSwept:     {"The room should have been left, and the nightly sweep has not checked it out: {why}", "该房应已退房，夜间清理未办理退房：{why}"},
	AlertHookCheckOut: {"A hook wants the room checked out without a person's order, and it was not: {why}", "脚本在无人指示的情况下要求为该房办理退房，未执行：{why}"},
	AlertVacant:       {"Telephones of vacant rooms show what Bellhop has not put there ({count}): {phones}. It stays; \"bellhop rooms check\" lists it, and with --mend takes off what it can. If guests are there: \"bellhop rooms occupancy\"", "空房电话上有并非由 Bellhop 设置的内容（{count} 部）：{phones}。未作更改；可用 bellhop rooms check 查看，加 --mend 可清除其中一部分。如房内有客人：bellhop rooms occupancy"},
	AlertMany:         {"There are more alerts than can be kept apart", "警报过多，无法逐条保存"},
	AlertEmergency:    {"EMERGENCY CALL to {number} from {place}", "紧急呼叫 {number}：{place}"},
	AlertNoHelp:       {"EMERGENCY CALL to {number} DID NOT GET THROUGH ({error}), from {place}: send somebody at once; \"bellhop doctor\" says whether a route is missing", "紧急呼叫 {number} 未接通（{error}）：{place}。请立即派人前往；bellhop doctor 会说明是否缺少路由"},
	AlertCreditNear:   {"Stay {stay} in room {room} owes {owed} {currency}, and may owe {limit}", "房间 {room} 的住店 {stay} 已欠 {owed} {currency}，限额为 {limit}"},
	AlertCredit:       {"Stay {stay} in room {room} owes {owed} {currency}, and may owe {limit}: its telephones may dial no more than \"{class}\" and emergency numbers until it has paid, or \"bellhop folio limit\" raises it", "房间 {room} 的住店 {stay} 已欠 {owed} {currency}，达到限额 {limit}：在付款或用 bellhop folio limit 提高限额之前，其电话只能按等级“{class}”拨打，紧急号码除外"},
	AlertCreditOnly:   {"Stay {stay} in room {room} owes {owed} {currency}, and may owe {limit}: its telephones are as they were", "房间 {room} 的住店 {stay} 已欠 {owed} {currency}，达到限额 {limit}：其电话权限未变"},
	AlertUnpriced:     {"{count} calls of rooms have no price, since {from}: the tariff knows none for their numbers. They are kept; import a tariff that does, then \"bellhop calls price\" charges each once", "自 {from} 起有 {count} 个客房电话没有计价：费率表中没有相应号码。通话记录已保存；请导入完整的费率表，再执行 bellhop calls price 补计费"},
	AlertVacantCall:   {"A call for {amount} {currency} was made from room {room} when nobody stayed in it: nobody is charged. \"bellhop calls assign\" charges somebody", "房间 {room} 无人入住时拨出一个电话，费用 {amount} {currency}，未计入任何客人。可用 bellhop calls assign 指定付款人"},

	AlertWakeTrouble:    {"The wake-up of room {room} at {at} cannot be rung: {error}. It is tried until {until}; wake the guest by hand", "房间 {room} 在 {at} 的叫醒无法拨出：{error}。将重试到 {until}；请人工叫醒客人"},
	AlertWakeFailed:     {"The wake-up of room {room} at {at} was not rung ({error}): look after the guest", "房间 {room} 在 {at} 的叫醒没有拨出（{error}）：请人工处理"},
	AlertWakeUnanswered: {"Room {room} did not confirm its wake-up of {at} (calls: {tries}, the last: {outcome}): wake the guest by hand", "房间 {room} 未确认 {at} 的叫醒（拨打 {tries} 次，最后一次：{outcome}）：请人工叫醒客人"},
	AlertWakeAhead:      {"Wake-ups are due, the first at {at} ({count}), and they could not be rung now: {why}", "有 {count} 个叫醒即将到时（最早 {at}），但目前无法拨出：{why}"},
	AlertWakeClock:      {"A wake-up of room {room} at {at} was ordered while the box does not know what time it is: it rings only when it does", "房间 {room} 预订了 {at} 的叫醒，但设备目前不知道正确时间：校时后才会拨出"},
	AlertWakeStands:     {"The guest of room {room} cancelled by telephone; what the telephone did not order still stands: {orders}", "房间 {room} 的客人用电话取消了叫醒；并非由电话设置的仍然有效：{orders}"},
	AlertWakeAlarm:      {"The PBX's alarm for room {room} at {at} could not be set: {error}", "无法在交换机上为房间 {room} 设置 {at} 的闹钟：{error}"},
	AlertWakeHear:       {"The guest of room {room} asks when the wake-up rings: {orders}. Tell the guest; the telephone could not ({error})", "房间 {room} 的客人询问叫醒时间：{orders}。请转告客人；电话无法播报（{error}）"},
	AlertBackup:         {"The nightly backup was not made: {error}. Those of before are kept", "夜间备份未完成：{error}。之前的备份仍保留"},
	AlertRestored:       {"This box was restored at {at} from the backup of {made}, and knows nothing of what happened in between but calls that the PBX lists. Check who is in the house (\"bellhop rooms occupancy\"), wake-ups, and what waits for a person (\"bellhop queue list --parked\"). The box of before must stay off", "本机已于 {at} 由 {made} 的备份恢复，除电话系统可列出的通话外，其间发生的事一概不知。请核对在住客人（bellhop rooms occupancy）、叫醒，以及待人工处理的事项（bellhop queue list --parked）。原设备必须保持关机"},
	AlertUpdateBack:     {"The update to version {to} was taken back, and version {version} runs again: {error}. \"bellhop update status\" says more", "升级到 {to} 版未成功，已恢复 {version} 版：{error}。详见 bellhop update status"},
	AlertUpdateStays:    {"Version {to} does not run as it should ({error}), and what it has taken since the update only it can read: {version} does not come back by itself. See \"bellhop update status\"", "{to} 版运行不正常（{error}），而升级后的数据只有它能读取：不会自动恢复 {version} 版。详见 bellhop update status"},
	AlertMail:           {"No mail goes out until somebody mends it: {error}. They are kept for a day; \"bellhop mail test\" tries", "邮件无法发出，需要人工处理：{error}。邮件保留一天；可用 bellhop mail test 测试"},
	AlertMinibarDoubt:   {"Minibar of room {room}, {at}: {count} of {what}. It is not clear whose it is: {stays}. \"bellhop minibar resolve\" with --stay posts it, with --drop does not", "房间 {room} 迷你吧，{at}：{what}，数量 {count}。不清楚属于哪位客人：{stays}。用 bellhop minibar resolve 加 --stay 入账，加 --drop 放弃"},
	AlertMinibarItem:    {"Minibar of room {room}, {at}: {count} of item {item}, which is not on the price list {minibar}. \"bellhop minibar resolve\" with --item posts it, with --drop does not", "房间 {room} 迷你吧，{at}：商品 {item}，数量 {count}，不在价目表 {minibar} 中。用 bellhop minibar resolve 加 --item 入账，加 --drop 放弃"},
	AlertMinibarCount:   {"Minibar of room {room}, {at}: {count} of {what}, which is no possible count (1 to {most}). \"bellhop minibar resolve\" with --count posts it, with --drop does not", "房间 {room} 迷你吧，{at}：{what}，数量 {count} 不合理（应为 1 到 {most}）。用 bellhop minibar resolve 加 --count 入账，加 --drop 放弃"},
	AlertMinibarRemoval: {"Minibar of room {room}, {at}: {count} of {what} are to be taken back from stay {stay}, which was charged {has}. \"bellhop minibar resolve\" with --count or --stay does it, with --drop does not", "房间 {room} 迷你吧，{at}：要从入住 {stay} 冲减 {what}，数量 {count}，但只入账了 {has}。用 bellhop minibar resolve 加 --count 或 --stay 处理，加 --drop 放弃"},
	AlertMinibarNobody:  {"Minibar of room {room}, {at}: {count} of {what} are to be taken back, and nobody is known to have stayed there. \"bellhop minibar resolve\" with --stay does it, with --drop does not", "房间 {room} 迷你吧，{at}：要冲减 {what}，数量 {count}，但不知道属于哪位客人。用 bellhop minibar resolve 加 --stay 处理，加 --drop 放弃"},
	AlertLate:           {"Late charges for stay {stay}, which had left room {room}: {items}; {amount} together. Its bill has changed", "入住 {stay} 退房（房间 {room}）后又有消费：{items}；合计 {amount}。账单已变动"},
	AlertNobody:         {"A charge on room {room}, where nobody is known to have stayed: {what}, {amount}. \"bellhop postings move {posting}\" puts it on a stay", "房间 {room} 有消费，但不知道属于哪位客人：{what}，{amount}。用 bellhop postings move {posting} 转到某次入住"},
	AlertStaff:          {"An entry in room {room} with staff number {staff}, which is not on the list (\"bellhop staff list\"): it was carried out", "房间 {room} 的输入使用了员工号 {staff}，该号不在名单中（bellhop staff list）：已照常处理"},
	AlertNewCertificate: {"The box has made a new certificate for its API, as the old one was ending or could not be read. Programs that compare its SHA-256 must be given the new one: {fingerprint}", "设备已为其 API 生成新证书（旧证书即将到期或无法读取）。核对 SHA-256 的程序需要改用新值：{fingerprint}"},
	AlertCertificate:    {"The certificate of the API ({file}) ends on {ends}: put a new one in its place", "API 的证书（{file}）将于 {ends} 到期：请更换"},
	AlertSMS:            {"A text message to {to} was not sent: {why}. It says: {text}", "发给 {to} 的短信未发出：{why}。内容：{text}"},
	AlertMailAddress:    {"The mail server does not take mails to {address}: {error}", "邮件服务器不接受发给 {address} 的邮件：{error}"},
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// Text says the alert in "zh" or, for any other language, in English, without
// names of guests.
func (a Alert) Text(language string) string { return a.TextFor(nil, language) }

// TextFor says it with the names of guests that are still known.
func (a Alert) TextFor(v View, language string) string {
	if a.Code == AlertEmergency || a.Code == AlertNoHelp {
		params := map[string]string{"place": a.place(v, language)}
		maps.Copy(params, a.Params)
		a.Params = params
	}
	texts, known := alertTexts[a.Code]
	if !known {
		return strings.TrimSpace(a.Code + " " + fmt.Sprint(a.Params))
	}
	text := texts[0]
	if language == "zh" {
		text = texts[1]
	}
	text = placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if value := a.Params[name[1:len(name)-1]]; value != "" {
			return Said(value, language)
		}
		return "?"
	})
	if stay := a.Params["stay"]; stay != "" && strings.Contains(text, guestWord) {
		text = strings.ReplaceAll(text, guestWord, guestName(v, stay))
	}
	return text
}

// guestName is the name of a stay's guest, or the stay where that is not known.
func guestName(v View, stay string) string {
	var g GuestRecord
	if v != nil {
		v.Get(GuestKey(stay), &g)
	}
	return cmp.Or(g.Name, stay)
}
