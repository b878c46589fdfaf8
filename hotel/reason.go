package hotel

import (
	"regexp"
	"strings"
)

// Reason is why something is so, to be said in the language of who reads it. It
// stands in a parameter of an alert as "@code" or "@code(value)"; several may
// stand there, and words of others beside them.
type Reason string

// The reasons of the hotel's own.
const (
	ReasonSweepOff     Reason = "sweep-off"
	ReasonUnconfirmed  Reason = "occupancy-unconfirmed"
	ReasonNobodyToAsk  Reason = "pbx-unasked"
	ReasonManyRooms    Reason = "rooms-over"   // how many are allowed
	ReasonLargePart    Reason = "percent-over" // the same, percent
	ReasonWakeUp       Reason = "wakeup-ordered"
	ReasonCalled       Reason = "called-since"
	ReasonMoved        Reason = "moved-since"
	ReasonAlarmsByHand Reason = "alarms-by-hand"
	ReasonOtherName    Reason = "other-name"
	ReasonInCall       Reason = "in-call"
	ReasonNotDue       Reason = "not-overdue"
	ReasonPMSAway      Reason = "pms-away"
	ReasonPMSMissing   Reason = "pms-not-set-up"

	// What a telephone shows that is to go from it, or lacks.
	LeftMissing    Reason = "left-missing"
	LeftName       Reason = "left-name"
	LeftRoutes     Reason = "left-routes"
	LeftNoHelp     Reason = "left-no-help"
	LeftDND        Reason = "left-dnd"
	LeftRestricted Reason = "left-restricted"
	LeftForward    Reason = "left-forward"
	LeftTogether   Reason = "left-together"
	LeftMobile     Reason = "left-mobile"
	LeftNumber     Reason = "left-mobile-number"
	LeftAlarms     Reason = "left-alarms"
	LeftVoicemail  Reason = "left-voicemail"
	LeftSwitch     Reason = "left-voicemail-switch"
	LeftPIN        Reason = "left-pin"

	ReasonLate         Reason = "late" // by how much
	ReasonNoRoom       Reason = "room-unknown"
	ReasonCannotCall   Reason = "cannot-call"
	ReasonNotWanted    Reason = "not-wanted"
	ReasonPBXAway      Reason = "pbx-away" // its error
	ReasonPBXRefuses   Reason = "pbx-refuses"
	ReasonPBXDeaf      Reason = "pbx-deaf" // why it cannot report
	ReasonNoPrompts    Reason = "no-prompts"
	ReasonNoSMS        Reason = "no-sms"
	ReasonNoSMSTrunk   Reason = "no-sms-trunk"
	ReasonSMSOver      Reason = "sms-over" // how many are allowed
	ReasonClock        Reason = "clock"
	ReasonClockBuilt   Reason = "clock-before-build"
	ReasonClockEvent   Reason = "clock-before-event"
	ReasonClockAlone   Reason = "clock-unsynchronised"
	ReasonClockOff     Reason = "clock-off" // by how much
	ReasonNotTriedMore Reason = "until-restart"
	ReasonMayBeThere   Reason = "may-be-there"
	ReasonFirstUnclear Reason = "first-unclear" // the posting that is taken back
	ReasonFirstRefused Reason = "first-refused" // the posting that is taken back

	// What is used instead of a hook file.
	HookBefore  Reason = "hook-before"
	HookShipped Reason = "hook-shipped"
	HookNothing Reason = "hook-nothing"
	HookWaits   Reason = "hook-waits"
)

// reasonTexts are in the two languages of the product; {} is the value.
var reasonTexts = map[Reason][2]string{
	ReasonSweepOff:     {"the config does not allow it ([checkout] sweep)", "配置不允许（[checkout] sweep）"},
	ReasonUnconfirmed:  {`nobody has said who was in the house when the box came ("bellhop rooms occupancy")`, "尚未确认设备安装时的在住客人（bellhop rooms occupancy）"},
	ReasonNobodyToAsk:  {"no PBX can be asked whether they are still there", "没有可查询的电话交换机，无法确认客人是否仍在"},
	ReasonManyRooms:    {"they are more than {} ([checkout] sweep_rooms)", "超过 {} 间（[checkout] sweep_rooms）"},
	ReasonLargePart:    {"they are more than {}% of the occupied rooms ([checkout] sweep_percent)", "超过在住客房的 {}%（[checkout] sweep_percent）"},
	ReasonWakeUp:       {"a wake-up is ordered for {}", "已预订 {} 的叫醒"},
	ReasonCalled:       {"it was called from, or answered, on {}", "{} 该房仍有通话"},
	ReasonMoved:        {"a guest came from another room on {}", "客人于 {} 从其他房间换来"},
	ReasonAlarmsByHand: {"alarms were set by hand: {}", "有人手动设置了闹钟：{}"},
	ReasonOtherName:    {"another name is shown by {}", "电话 {} 显示的是其他姓名"},
	ReasonInCall:       {"in a call: {}", "正在通话：{}"},
	ReasonNotDue:       {"the day on which its guests are to leave has not passed, or is not known", "客人的退房日期未过或未知"},
	ReasonPMSAway:      {"the management system does not answer", "酒店管理系统无应答"},
	ReasonPMSMissing:   {"the link to the management system could not be set up", "无法建立与酒店管理系统的连接"},

	LeftMissing:    {"the PBX has no such extension", "交换机上没有该分机"},
	LeftName:       {"name", "姓名"},
	LeftRoutes:     {"outbound routes", "外线权限"},
	LeftNoHelp:     {"no route for emergency calls", "没有紧急呼叫线路"},
	LeftDND:        {"do not disturb", "免打扰"},
	LeftRestricted: {"call restriction", "呼出限制"},
	LeftForward:    {"call forward", "呼叫转移"},
	LeftTogether:   {"simultaneous ringing", "同时振铃"},
	LeftMobile:     {"mobile telephone", "手机"},
	LeftNumber:     {"mobile number", "手机号码"},
	LeftAlarms:     {"alarms", "闹钟"},
	LeftVoicemail:  {"voicemail messages", "语音留言"},
	LeftSwitch:     {"voicemail on or off", "语音信箱开关"},
	LeftPIN:        {"PIN of voicemail", "语音信箱密码"},

	ReasonLate:         {"it was {} late", "已晚 {}"},
	ReasonNoRoom:       {"the room is not known any more", "该房间已不存在"},
	ReasonNoSMS:        {"this PBX cannot be told to send text messages", "电话交换机不能代发短信"},
	ReasonNoSMSTrunk:   {"no line for text messages is set ([sms] trunk)", "未设置发送短信的线路（[sms] trunk）"},
	ReasonSMSOver:      {"{} were sent today, and no more are ([sms] per_day)", "今日已发 {} 条短信，不再发送（[sms] per_day）"},
	ReasonCannotCall:   {"the PBX cannot be told to place calls, or no confirming code is set", "电话交换机不能代为拨号，或未设置确认代码"},
	ReasonNotWanted:    {"it was not wanted any more", "已不再需要"},
	ReasonPBXAway:      {"the PBX does not answer: {}", "电话交换机无应答：{}"},
	ReasonPBXRefuses:   {"the PBX refuses: {}", "电话交换机拒绝：{}"},
	ReasonPBXDeaf:      {"the PBX cannot report: {}", "电话交换机无法上报：{}"},
	ReasonNoPrompts:    {"the PBX cannot play prompts", "电话交换机不能播放提示音"},
	ReasonClock:        {"the clock of the box is not believed", "设备时钟不可信"},
	ReasonClockBuilt:   {"it is before the program was built ({})", "早于程序构建日期（{}）"},
	ReasonClockEvent:   {"it is before the newest event ({})", "早于最新事件（{}）"},
	ReasonClockAlone:   {"it is not synchronised, and the PBX's is not known", "未同步，且不知道电话交换机的时间"},
	ReasonClockOff:     {"it is not synchronised, and {} from the PBX's", "未同步，且与电话交换机相差 {}"},
	ReasonMayBeThere:   {"it was given up after an attempt that may have arrived: look whether the management system has it", "放弃之前可能已送达：请到酒店管理系统核对"},
	ReasonFirstUnclear: {"it is not clear whether {}, which it takes back, has arrived", "不清楚它所冲销的 {} 是否已送达"},
	ReasonFirstRefused: {"{}, which it takes back, was refused", "它所冲销的 {} 被拒绝"},
	HookBefore:         {"what was in use before stays", "继续使用之前的版本"},
	HookShipped:        {"the file of that name that Bellhop brings takes its place", "由程序自带的同名脚本代替"},
	HookNothing:        {"nothing takes its place", "没有脚本代替"},
	HookWaits:          {"what it is to do is kept until then", "其任务将保留到那时"},
	ReasonNotTriedMore: {"it is not tried again before bellhop is restarted", "重启 bellhop 之前不再重试"},
}

// Because writes a reason down; values are joined by commas.
func Because(code Reason, values ...string) string {
	if len(values) == 0 {
		return "@" + string(code)
	}
	value := strings.NewReplacer("(", "[", ")", "]", "\n", " ").Replace(strings.Join(values, ", "))
	return "@" + string(code) + "(" + value + ")"
}

var writtenReason = regexp.MustCompile(`(^| )@([a-z-]+)(?:\(([^()]*)\))?`)

// Said replaces the reasons in a text by their words in "zh" or, for any other
// language, in English. What is no reason of ours stays.
func Said(text, language string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	return writtenReason.ReplaceAllStringFunc(text, func(written string) string {
		parts := writtenReason.FindStringSubmatch(written)
		words, known := reasonTexts[Reason(parts[2])]
		if !known {
			return written
		}
		say := words[0]
		if language == "zh" {
			say = words[1]
		}
		return parts[1] + strings.ReplaceAll(say, "{}", parts[3])
	})
}
