package site

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/dialplan"
	"bellhop/hotel"
	"bellhop/pbx"
)

// Handover are the facts of the sheet that an installer leaves at the hotel: it
// is read by people who have never seen this program, on the night it is away.
// It holds no secrets.
type Handover struct {
	Config     config.Config
	ConfigFile string
	Made       time.Time // in the hotel's zone
	Version    string    // of this program
	PBX        pbx.Identity
	Rooms      []hotel.Room
	// Installed: dialplan and prompts were put on the PBX by this box.
	Installed bool
	ByHand    []string  // what a person has to do on the PBX's page
	Findings  []Finding // of the doctor, at the end
}

// The sheet is made of sections; a section of paragraphs, a list or a table.
type (
	page struct {
		language, title, sub string
		sections             []section
	}
	section struct {
		title string
		text  []string
		steps []string // numbered
		heads []string
		rows  [][]string
	}
)

// HTML is the sheet as a page for a browser or a printer, in the hotel's
// language.
func (h *Handover) HTML() ([]byte, error) {
	services, err := Services(h.Config)
	if err != nil {
		return nil, fmt.Errorf("handover sheet: %w", err)
	}
	p := page{language: h.lang(), title: h.say("Hand-over: telephones and Bellhop", "交接单：电话与 Bellhop"), sub: h.Config.Hotel.Name}
	p.sections = []section{
		h.about(), h.dialled(services), h.help(), h.without(services), h.changed(), h.back(), h.every(), h.left(), h.rooms(),
	}
	return []byte(p.html()), nil
}

func (h *Handover) lang() string {
	if h.Config.Hotel.Language == "zh" {
		return "zh"
	}
	return "en"
}

func (h *Handover) say(en, zh string) string { return in(h.lang(), en, zh) }

// run is a command as it is typed on this box.
func (h *Handover) run(command string) string {
	if h.ConfigFile == usualConfig {
		return "bellhop " + command
	}
	return "bellhop " + command + " -c " + h.ConfigFile
}

const usualConfig = "/etc/bellhop/bellhop.toml"

func (h *Handover) about() section {
	rows := [][]string{
		{h.say("Hotel", "酒店"), h.Config.Hotel.Name},
		{h.say("Made", "制表时间"), h.Made.Format("2006-01-02 15:04") + " " + h.Config.Hotel.Timezone},
		{h.say("Program", "程序"), h.Version},
		{h.say("PBX", "电话交换机"), strings.TrimSpace(h.PBX.Model + " " + h.PBX.Firmware)},
		{h.say("Serial number", "序列号"), h.PBX.Serial},
		{h.say("Address", "地址"), h.Config.PBX.URL},
		{h.say("API user", "API 用户"), h.Config.PBX.Username},
	}
	return section{title: h.say("What stands here", "概况"), rows: slices.DeleteFunc(rows, func(r []string) bool { return r[1] == "" })}
}

// dialled are the codes for staff and guests, with an example each.
func (h *Handover) dialled(s dialplan.Services) section {
	sec := section{
		title: h.say("What is dialled", "拨号代码"),
		heads: []string{h.say("Dial", "拨"), h.say("Then", "然后"), h.say("It means", "含义")},
		text:  []string{h.say("From the telephone in the room. It speaks, and says when it is done.", "请用房间里的电话拨打，听语音提示；完成后会有提示音。")},
	}
	add := func(code, then, means string) {
		if code != "" {
			sec.rows = append(sec.rows, []string{code, then, means})
		}
	}
	for _, code := range []string{s.Codes.Housekeeping, s.Codes.RoomStatus} {
		for _, k := range s.Keys {
			add(code, k.Press, h.say("Housekeeping: ", "客房：")+h.status(k.Status))
		}
	}
	if star, has := strings.CutPrefix(s.Codes.RoomStatus, "*"); has {
		add("*0"+star, "", h.say("Housekeeping: clear this room's status", "客房：清除本房状态"))
	}
	for _, code := range slices.Sorted(maps.Keys(s.Codes.Minibars)) {
		add(code, "2, 1, 1", h.say("Minibar: one of item 2; the last 1 says that it is right. Star 0 in place of the item: nothing was taken; star 1: take back what was entered",
			"迷你吧：商品 2，数量 1，最后按 1 确认。商品处按 *0：未消费；按 *1：撤销已输入的商品"))
	}
	add(s.Codes.WakeUp, "1, 0630, 1", h.say("Wake-up call at 6:30; the last 1 says that it is right. 3 instead of 1: hear it, 4: cancel it", "叫醒：6:30，最后按 1 确认。首键按 3 收听，按 4 取消"))
	add(s.Codes.DND, "1 / 0", h.say("Do not disturb: on, off", "免打扰：开 / 关"))
	if s.Codes.Confirm != "" {
		sec.text = append(sec.text, fmt.Sprintf(h.say("%s is where the box's own calls end up: not for guests.", "%s 为本机外呼接入号，客人无需拨打。"), s.Codes.Confirm))
	}
	return sec
}

// status is what two digits mean at housekeeping.
func (h *Handover) status(digits string) string {
	words := map[string][2]string{
		"00": {"dirty", "脏房"}, "01": {"clean", "干净"}, "11": {"vacant and dirty", "空脏房"}, "12": {"occupied and dirty", "住脏房"},
		"13": {"vacant and clean", "空净房"}, "14": {"occupied and clean", "住净房"}, "15": {"vacant and inspected", "空房已查"},
		"16": {"occupied and inspected", "住房已查"}, "20": {"could not enter", "无法进入"},
	}
	w, known := words[digits]
	if !known {
		return h.say("status ", "状态 ") + digits
	}
	return h.say(w[0], w[1])
}

// help says how help is called, and who may dial what.
func (h *Handover) help() section {
	sec := section{
		title: h.say("Calling for help, and who may dial what", "紧急呼叫与拨号权限"),
		text: []string{fmt.Sprintf(h.say("Numbers for help: %s. Every room's telephone keeps the routes %s, whatever the guest's class of service.", "紧急号码：%s。无论客人权限如何，每部客房电话都保留路由：%s。"),
			orNone(strings.Join(Emergency(h.Config).Numbers(), ", ")), orNone(strings.Join(h.Config.Emergency.Routes, ", ")))},
	}
	if len(h.Config.Classes) == 0 {
		sec.text = append(sec.text, h.say("Bellhop does not change what telephones may dial.", "Bellhop 不更改电话的拨号权限。"))
		return sec
	}
	sec.heads = []string{h.say("Class of service", "呼叫权限"), h.say("Outbound routes on the PBX", "交换机上的外呼路由")}
	names := map[string]string{"none": "无", "internal": "内线", "local": "市话", "national": "国内长途", "international": "国际长途"}
	for _, class := range []string{"none", "internal", "local", "national", "international"} {
		if routes, set := h.Config.Classes[class]; set {
			sec.rows = append(sec.rows, []string{h.say(class, names[class]+" ("+class+")"), strings.Join(routes, ", ")})
		}
	}
	return sec
}

// without says how the house goes on while the box is away.
func (h *Handover) without(s dialplan.Services) section {
	steps := []string{
		h.say("Calls, inside and outside, and calls for help go on: no call goes through the box.", "内线、外线和紧急呼叫不受影响：通话都不经过本机。"),
		fmt.Sprintf(h.say("What is dialled at %s does not arrive: write housekeeping and minibar on paper, and enter them when the box is back.", "拨 %s 的内容无人接收：请把房态和迷你吧记在纸上，本机恢复后补录。"), strings.Join(s.DialledNumbers(), ", ")),
		h.say("Nobody is woken by the box: wake by hand, by the list that was printed in the evening (\""+h.run("wakeup sheet")+"\"), or set alarms on the PBX's page.", "本机不再叫醒客人：请按每晚打印的叫醒单（"+h.run("wakeup sheet")+"）人工叫醒，或在交换机网页上设置闹钟。"),
		h.say("A telephone keeps the name and the routes that it has. For a new guest, set them on the PBX's page of that extension; never take the routes for help away.", "电话保持现有的姓名和路由。新客人入住时请在交换机网页的分机设置中更改；切勿取消紧急路由。"),
		h.say("Charges of calls are kept by the PBX meanwhile, and are fetched when the box is back.", "通话记录由交换机保存，本机恢复后会自动取回。"),
		h.say("To see what is wrong: \""+h.run("doctor")+"\" on the box, or switch it off and on: nothing is lost by that.", "检查故障：在本机运行 "+h.run("doctor")+"，或断电重启：不会丢失数据。"),
	}
	return section{title: h.say("When the box is away", "本机不可用时"), steps: steps}
}

// changed says what was changed where.
func (h *Handover) changed() section {
	c := h.Config
	sec := section{title: h.say("What was changed, and where", "改动清单"), heads: []string{h.say("Where", "位置"), h.say("What", "内容")}}
	add := func(where, what string) {
		if where != "" {
			sec.rows = append(sec.rows, []string{where, what})
		}
	}
	box, theirs := h.say("box: ", "本机："), h.say("PBX: ", "交换机：")
	add(box+h.ConfigFile, h.say("the facts of this installation", "安装配置"))
	if c.PBX.PasswordFile != "" {
		add(box+path.Dir(c.PBX.PasswordFile), h.say("the passwords, readable by the program alone", "密码，仅程序可读"))
	}
	add(box+path.Dir(c.Store.Path), h.say("the database, its copies, and what the PBX held before", "数据库、备份，以及交换机原有内容"))
	if h.Installed {
		add(theirs+c.Install.DialplanPath, h.say("one block between marks; all else is as it was", "一段带标记的内容；其余保持原样"))
		for _, lang := range []string{"zh", "en"} {
			add(theirs+strings.ReplaceAll(c.Install.SoundsPath, "{lang}", lang), h.say("the prompts", "提示音"))
		}
	}
	if c.PBX.Driver != "none" {
		add(theirs+h.say("the API", "二次开发接口"), h.say("reports go to this box: no other program may log in as the same user", "报告发往本机：其他程序不得使用同一用户登录"))
		add(theirs+h.say("rooms' telephones", "客房电话"), fmt.Sprintf(h.say("name and outbound routes, at check-in and check-out; \"%s\" lists how they were", "入住和退房时更改姓名与外呼路由；%s 列出原来的内容"), h.run("phones list")))
	}
	for _, to := range c.PBX.RelayTo {
		add(box+"relay_to", h.say("each report is handed on to ", "每份报告转发到 ")+withoutQuery(to))
	}
	return sec
}

// withoutQuery is an address without what may be a secret in it.
func withoutQuery(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return before
}

// back says how all of it is undone, in this order.
func (h *Handover) back() section {
	steps := []string{
		h.say("\""+h.run("phones restore all")+"\": the telephones get back the names and routes that they had", h.run("phones restore all")+"：恢复电话原有的姓名和路由"),
	}
	if h.Installed {
		steps = append(steps, h.say("\""+h.run("install rollback")+"\": the PBX's files are again what they were; then ", h.run("install rollback")+"：恢复交换机上的文件；然后")+ApplyByHand(h.lang()))
	}
	return section{title: h.say("The way back", "恢复原状"), steps: append(steps,
		h.say("\"systemctl disable --now bellhop\": the box stops", "systemctl disable --now bellhop：停止本机程序"),
		h.say("On the PBX's page: switch the API off or give its user another password, and let the older program log in again, if there was one", "在交换机网页上：关闭二次开发接口或更改其密码；如原有其他程序，让它重新登录"))}
}

func (h *Handover) every() section {
	return section{title: h.say("Every day", "日常"), heads: []string{h.say("On the box", "在本机运行"), h.say("It shows", "显示")}, rows: [][]string{
		{h.run("status"), h.say("whether all is well, and what is missing", "是否正常、缺少什么")},
		{h.run("alerts list"), h.say("what a person must see", "需要人处理的警报")},
		{h.run("wakeup sheet"), h.say("tomorrow's wake-ups: to be printed every evening", "明天的叫醒单：请每晚打印")},
		{h.run("doctor"), h.say("what is wrong, and what to do about it", "有何问题、如何处理")},
	}}
}

// ofTheMoment are checks of how the computer, or the program that looks, is doing
// just then: the doctor shows them, and paper would show them for ever.
var ofTheMoment = []string{checkMemory, checkPorts, checkSync}

// left is what is still to be done.
func (h *Handover) left() section {
	sec := section{title: h.say("Still to be done", "待办事项"), steps: slices.Clone(h.ByHand)}
	for _, f := range h.Findings {
		if f.Result != Failed && f.Result != Warning || slices.Contains(ofTheMoment, f.Check) {
			continue
		}
		text := f.Text(h.lang())
		if do := f.Do(h.lang()); do != "" {
			text += " → " + do
		}
		sec.steps = append(sec.steps, text)
	}
	if len(sec.steps) == 0 {
		sec.text = []string{h.say("Nothing.", "无。")}
	}
	return sec
}

func (h *Handover) rooms() section {
	sec := section{title: h.say("Rooms", "房间"), heads: []string{h.say("Room", "房间"), h.say("Telephones", "电话"), h.say("Building", "楼栋"), h.say("Floor", "楼层")}}
	if len(h.Rooms) == 0 {
		return section{title: sec.title, text: []string{h.say("None are imported yet: \""+h.run("rooms import")+"\".", "尚未导入：运行 "+h.run("rooms import")+"。")}}
	}
	for _, r := range h.Rooms {
		sec.rows = append(sec.rows, []string{r.Number, strings.Join(r.Phones(), ", "), r.Building, r.Floor})
	}
	return sec
}
