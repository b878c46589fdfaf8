package luahooks

import (
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

func (v *vm) room(L *lua.LState) int {
	r := v.running(L, "bellhop.room")
	number, _ := textOf(L.Get(1))
	var room hotel.Room
	if number == "" || !r.get(hotel.RoomKey(number), &room) {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(r.roomTable(L, room))
	return 1
}

// roomTable is a room as hooks see it, alone and in a list.
func (r *run) roomTable(L *lua.LState, room hotel.Room) *lua.LTable {
	t := L.CreateTable(0, 14)
	if room.Stay != "" {
		var stay hotel.Stay
		r.get(hotel.StayKey(room.Stay), &stay)
		setText(t, "language", stay.Language)
		setText(t, "leaves", r.leaves(room))
		t.RawSetString("vip", lua.LNumber(stay.VIP))
	}
	setText(t, "number", room.Number)
	setText(t, "status", string(room.Status))
	t.RawSetString("dnd", lua.LBool(room.DND))
	t.RawSetString("waiting", lua.LBool(room.Waiting))
	setText(t, "building", room.Building)
	setText(t, "floor", room.Floor)
	setText(t, "stay", room.Stay)
	t.RawSetString("occupied", lua.LBool(room.Stay != ""))
	phones := L.NewTable()
	for _, x := range room.Phones() {
		phones.Append(lua.LString(x))
	}
	t.RawSetString("extensions", phones)
	if room.Minibar == "" {
		room.Minibar = hotel.DefaultMinibar
	}
	setText(t, "minibar", room.Minibar)
	return t
}

func (v *vm) minibarItem(L *lua.LState) int {
	r := v.running(L, "bellhop.minibar.item")
	code, _ := textOf(L.Get(1))
	list := L.OptString(2, "")
	if list == "" {
		list = v.minibarOf(r)
	}
	var item hotel.Item
	if code == "" || !r.get(hotel.ItemKey(list, code), &item) {
		L.Push(lua.LNil)
		return 1
	}
	t := v.lenders.item(L)
	v.fillItem(t, item, list)
	L.Push(t)
	return 1
}

// itemTable is an item as hooks see it, alone and in a list.
func (v *vm) itemTable(L *lua.LState, item hotel.Item, list string) *lua.LTable {
	t := L.CreateTable(0, 5)
	v.fillItem(t, item, list)
	return t
}

func (v *vm) fillItem(t *lua.LTable, item hotel.Item, list string) {
	setText(t, "code", item.Code)
	setText(t, "name", item.NameIn(v.set.language))
	t.RawSetString("price", lua.LNumber(item.Price))
	t.RawSetString("max", lua.LNumber(item.Most()))
	setText(t, "minibar", list)
}

// maxLogLine bounds one line of a hook's log.
const maxLogLine = 500

func (v *vm) log(L *lua.LState) int {
	r := v.run
	if r == nil || len(r.result.Log) >= v.set.limits.Log {
		return 0
	}
	words := make([]string, L.GetTop())
	length := 0
	for i := range words {
		words[i] = plainText(L, L.Get(i+1))
		if length += len(words[i]); length > maxLogLine {
			words = words[:i+1]
			words[i] = clip(words[i], maxLogLine)
			break
		}
	}
	line := clip(strings.ReplaceAll(strings.Join(words, " "), "\n", " "), maxLogLine)
	r.result.Log = append(r.result.Log, strings.ToValidUTF8(line, "?"))
	return 0
}

// clock is the run's time in the hotel's zone.
func (r *run) clock() time.Time {
	if r.in.Zone == nil {
		return r.in.Now.UTC()
	}
	return r.in.Now.In(r.in.Zone)
}

func (v *vm) now(L *lua.LState) int {
	at := v.running(L, "bellhop.now").clock()
	t := L.CreateTable(0, 8)
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"year", int64(at.Year())}, {"month", int64(at.Month())}, {"day", int64(at.Day())},
		{"hour", int64(at.Hour())}, {"min", int64(at.Minute())}, {"sec", int64(at.Second())},
		{"wday", int64(at.Weekday()) + 1}, {"unix", at.Unix()}, // wday as in os.date: Sunday is 1
	} {
		t.RawSetString(f.name, lua.LNumber(f.value))
	}
	L.Push(t)
	return 1
}

// maxAnswer is how much of an answer's body a hook gets and the record keeps.
const maxAnswer = 64 << 10

// httpGet gives body and status, or nil and why there is none.
func (v *vm) httpGet(L *lua.LState) int {
	const what = "bellhop.http.get"
	r := v.running(L, what)
	url := checkURL(L, what)
	if r.gets++; r.gets > MaxGets {
		v.end(&Fault{"limit", fmt.Sprintf("asks for more than %d answers in one run", MaxGets)})
	}
	answer := v.answer(r, url)
	r.result.Answers = append(r.result.Answers, answer)
	if answer.Error != "" {
		L.Push(lua.LNil)
		L.Push(lua.LString(answer.Error))
		return 2
	}
	L.Push(lua.LString(answer.Body))
	L.Push(lua.LNumber(answer.Status))
	return 2
}

func (v *vm) answer(r *run, url string) hotel.Answer {
	switch {
	case r.in.Replay:
		if a, was := r.recorded(url); was {
			return a
		}
		return hotel.Answer{URL: url, Error: "replay: no answer to this was recorded"}
	case v.set.get == nil:
		return hotel.Answer{URL: url, Error: "http.get is not available here"}
	}
	if !r.permit {
		select {
		case v.set.permits <- struct{}{}:
			r.permit = true
		default:
			v.end(errNoPermit)
		}
	}
	left := v.watch.pause()
	answer, fault := askSafely(v, r, url)
	if fault != nil {
		v.broken = true
		v.end(fault)
	}
	v.watch.arm(r.ctx, left)
	answer.URL = url
	answer.Body = answer.Body[:min(len(answer.Body), maxAnswer)]
	answer.Error = clip(answer.Error, maxMessage)
	return answer
}

// askSafely keeps a panic of Get from being taken for an error of the hook's
// own, which it could catch.
func askSafely(v *vm, r *run, url string) (a hotel.Answer, fault error) {
	defer func() {
		if p := recover(); p != nil {
			fault = &Fault{"error", clip(fmt.Sprintf("panic in http.get: %v", p), maxMessage)}
		}
	}()
	return v.set.get(r.ctx, url), nil
}

// recorded is the next answer of the earlier run to a question; false: it has not
// asked that, or not so often.
func (r *run) recorded(url string) (hotel.Answer, bool) {
	if r.served == nil {
		r.served = make([]bool, len(r.in.Answers))
	}
	for i, a := range r.in.Answers {
		if a.URL == url && !r.served[i] {
			r.served[i] = true
			return a, true
		}
	}
	return hotel.Answer{}, false
}
