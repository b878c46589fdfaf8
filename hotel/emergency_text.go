package hotel

import (
	"cmp"
	"strings"
)

// staysBetween parts the ids of several stays in an alert's parameter.
const staysBetween = ", "

// place says where a call for help comes from and who stays there, so that
// whoever reads it can run. The name of a guest who is incognito is said, too:
// who brings help must be able to ask for somebody.
func (a Alert) place(v View, language string) string {
	zh := language == "zh"
	say := func(en, chinese string) string {
		if zh {
			return chinese
		}
		return en
	}
	extension := a.Params["extension"]
	if a.Room == "" {
		return say("telephone "+cmp.Or(extension, "?")+", which belongs to no room", "电话 "+cmp.Or(extension, "?")+"（不属于任何房间）")
	}
	var where []string
	if building := a.Params["building"]; building != "" {
		where = append(where, building)
	}
	if floor := a.Params["floor"]; floor != "" {
		where = append(where, say("floor "+floor, floor+" 楼"))
	}
	if extension != "" && extension != a.Room {
		where = append(where, say("telephone "+extension, "电话 "+extension))
	}
	text := say("room "+a.Room, a.Room+" 房")
	if len(where) > 0 {
		text += say(" ("+strings.Join(where, ", ")+")", "（"+strings.Join(where, "，")+"）")
	}
	text += say(", ", "，") + a.guests(v, say)
	if at := a.Params["at"]; at != "" {
		text += say(", at "+at+" by the PBX's clock", "，交换机时间 "+at)
	}
	return text
}

// guests are the names of who stays there, as far as they are known.
func (a Alert) guests(v View, say func(en, zh string) string) string {
	stays := a.Params["stay"]
	if stays == "" {
		return say("nobody is checked in", "无人入住")
	}
	var names []string
	for _, id := range strings.Split(stays, staysBetween) {
		names = append(names, guestName(v, id))
	}
	return say("guest "+strings.Join(names, " + "), "客人 "+strings.Join(names, "、"))
}
