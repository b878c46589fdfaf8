package luahooks

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

func (v *vm) on(L *lua.LState) int {
	kind := hotel.Kind(L.CheckString(1))
	if kind == hotel.KindCron {
		L.RaiseError("bellhop.on: schedules are registered by bellhop.cron(expression, job, function)")
	}
	if !slices.Contains(hookKinds, kind) {
		L.RaiseError("bellhop.on: there is no event kind %q; the kinds are %s", clip(string(kind), 50), kindList())
	}
	h := Hook{Kind: kind}
	if L.GetTop() >= 3 {
		h.Pattern = pattern(L, kind)
		L.Remove(2)
	}
	v.register(L, "bellhop.on", h, L.CheckFunction(2))
	return 0
}

// pattern is the second argument of bellhop.on; nil is none. A fault in it is
// found here, not when a guest dials.
func pattern(L *lua.LState, kind hotel.Kind) string {
	if L.Get(2) == lua.LNil {
		return ""
	}
	text := L.CheckString(2)
	if !slices.Contains(digitKinds, kind) {
		L.RaiseError("bellhop.on: a pattern is for dialled digits, and a %s event has none", kind)
	}
	if err := mustMatcher(L, "", text).check(); err != nil {
		L.RaiseError("%s", err)
	}
	return text
}

func kindList() string {
	names := make([]string, len(hookKinds))
	for i, k := range hookKinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

func (v *vm) cron(L *lua.LState) int {
	h := Hook{Kind: hotel.KindCron, Schedule: L.CheckString(1), Job: L.CheckString(2)}
	if fields := strings.Fields(h.Schedule); len(fields) != 5 || strings.Trim(h.Schedule, cronLetters) != "" {
		L.RaiseError("bellhop.cron: %q must have five fields: minute, hour, day, month, weekday", clip(h.Schedule, 100))
	}
	if h.Job == "" || len(h.Job) > 64 || strings.ContainsAny(h.Job, ":/\n\r\t") {
		L.RaiseError("bellhop.cron: the job's name must have 1 to 64 bytes and neither : nor /")
	}
	if L.GetTop() >= 4 {
		h.Missed = missedPolicy(L, L.CheckTable(3))
		L.Remove(3)
	}
	v.register(L, "bellhop.cron", h, L.CheckFunction(3))
	return 0
}

// missedPolicy reads what is to become of times that the box has missed.
func missedPolicy(L *lua.LState, t *lua.LTable) hotel.MissedPolicy {
	o := newOptions(L, "bellhop.cron", t)
	p := hotel.MissedPolicy{Missed: hotel.Missed(o.text("missed", false))}
	if !slices.Contains([]hotel.Missed{"", hotel.MissedRun, hotel.MissedReport, hotel.MissedSkip}, p.Missed) {
		o.fail("missed", "run, report or skip", t.RawGetString("missed"))
	}
	seconds := o.whole("within", "a whole number of seconds", false)
	if seconds < 0 || seconds > maxWithin {
		o.fail("within", fmt.Sprintf("0 to %d seconds", maxWithin), lua.LNumber(seconds))
	}
	p.Within = time.Duration(seconds) * time.Second
	return p
}

// maxWithin is the longest that a job may be late, in seconds: a year.
const maxWithin = 366 * 24 * 60 * 60

const cronLetters = "0123456789*/,-? \tABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// maxHooks bounds what one file registers.
const maxHooks = 100

func (v *vm) register(L *lua.LState, what string, h Hook, fn *lua.LFunction) {
	at := v.loading
	if at == nil {
		L.RaiseError("%s is for the file itself, not for the inside of a hook", what)
	}
	if len(at.hooks) >= maxHooks {
		L.RaiseError("%s: one file may register at most %d hooks", what, maxHooks)
	}
	h.File, h.Version = at.src.name, at.src.version
	h.Name = fmt.Sprintf("%s:%s:%d", h.File, h.Kind, len(at.hooks)+1)
	at.hooks = append(at.hooks, h)
	at.fns = append(at.fns, fn)
}

// running is the run that goes on; while a file is loaded there is none.
func (v *vm) running(L *lua.LState, what string) *run {
	if v.run == nil {
		L.RaiseError("%s works only inside a hook, not while the file is loaded", what)
	}
	return v.run
}

func (v *vm) want(r *run, e hotel.Effect) {
	if most := v.set.limits.MaxEffects; len(r.result.Effects) >= most {
		v.end(&Fault{"limit", fmt.Sprintf("wants more than %d effects in one run", most)})
	}
	r.result.Effects = append(r.result.Effects, e)
}

// options reads a table of named values and refuses names that it does not
// know (the registry says which what has), so that a slip of the pen is not
// silently nothing.
type options struct {
	L     *lua.LState
	what  string
	table *lua.LTable
}

func newOptions(L *lua.LState, what string, t *lua.LTable) options {
	known := optionNames[what]
	t.ForEach(func(k, _ lua.LValue) {
		if name, ok := k.(lua.LString); !ok || !slices.Contains(known, string(name)) {
			L.RaiseError("%s: unknown field %s; the fields are %s", what, clip(plainText(L, k), 50), strings.Join(known, ", "))
		}
	})
	return options{L, what, t}
}

func (o options) fail(name, rule string, value lua.LValue) {
	o.L.RaiseError("%s: %s must be %s, but it is %s", o.what, name, rule, clip(plainText(o.L, value), 50))
}

// text is a string; a whole number is taken for its digits. Absent it is
// empty, or an error.
func (o options) text(name string, required bool) string {
	value := o.table.RawGetString(name)
	text, ok := textOf(value)
	switch {
	case value == lua.LNil && !required:
		return ""
	case !ok:
		o.fail(name, "a text", value)
	case required && text == "":
		o.fail(name, "a text that is not empty", value)
	case len(text) > maxMessage:
		o.fail(name, fmt.Sprintf("at most %d bytes long", maxMessage), value)
	}
	return text
}

func textOf(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString:
		return string(v), true
	case lua.LNumber:
		if isWhole(v) {
			return numberText(v), true
		}
	}
	return "", false
}

func isWhole(n lua.LNumber) bool {
	return float64(n) == math.Trunc(float64(n)) && math.Abs(float64(n)) < 1<<53
}

func (o options) whole(name, rule string, required bool) int64 {
	value := o.table.RawGetString(name)
	n, ok := value.(lua.LNumber)
	switch {
	case value == lua.LNil && !required:
		return 0
	case !ok || !isWhole(n):
		o.fail(name, rule, value)
	}
	return int64(n)
}

func (o options) flag(name string) bool {
	switch value := o.table.RawGetString(name).(type) {
	case *lua.LNilType:
	case lua.LBool:
		return bool(value)
	default:
		o.fail(name, "true or false", value)
	}
	return false
}

func (v *vm) post(L *lua.LState) int {
	r := v.running(L, "bellhop.post")
	o := newOptions(L, "bellhop.post", L.CheckTable(1))
	p := &hotel.PostCharge{
		Room: o.text("room", o.table.RawGetString("stay") == lua.LNil), Stay: o.text("stay", false), Kind: o.text("kind", true), Minibar: o.text("minibar", false), Description: o.text("description", false), Staff: o.text("staff", false),
		Amount: o.whole("amount", "a whole number of the currency's smallest unit", true),
	}
	quantity := o.whole("quantity", "a whole number", false)
	if quantity > math.MaxInt32 || quantity < math.MinInt32 {
		o.fail("quantity", "a smaller number", lua.LNumber(quantity))
	}
	p.Quantity = int(quantity)
	if item, ok := o.table.RawGetString("item").(*lua.LTable); ok {
		p.Item, ok = textOf(item.RawGetString("code"))
		if !ok {
			o.fail("item", "a code or what bellhop.minibar.item gives", item)
		}
		if p.Description == "" {
			p.Description, _ = textOf(item.RawGetString("name"))
		}
		if p.Minibar == "" {
			p.Minibar, _ = textOf(item.RawGetString("minibar"))
		}
	} else {
		p.Item = o.text("item", false)
	}
	v.want(r, hotel.Effect{Post: p})
	return 0
}

func (v *vm) alert(L *lua.LState) int {
	r := v.running(L, "bellhop.alert")
	text := plainText(L, L.CheckAny(1))
	o := newOptions(L, "bellhop.alert", L.OptTable(2, L.NewTable()))
	v.want(r, hotel.Effect{Alert: &hotel.RaiseAlert{
		Code: hotel.AlertHook, Room: o.text("room", false), Mail: o.flag("mail"), SMS: o.mobile("sms", false),
		Params: map[string]string{"text": clip(text, maxMessage), "hook": r.hook.File},
	}})
	return 0
}

func (v *vm) housekeeping(L *lua.LState) int {
	r := v.running(L, "bellhop.housekeeping")
	o := newOptions(L, "bellhop.housekeeping", L.CheckTable(1))
	s := &hotel.SetStatus{Room: o.text("room", true), Status: hotel.Status(o.text("status", true)), Staff: o.text("staff", false)}
	if !s.Status.Known() {
		o.fail("status", "dirty, clean, inspected, out-of-order or out-of-service", o.table.RawGetString("status"))
	}
	v.want(r, hotel.Effect{Status: s})
	return 0
}

const maxURL = 2000

// checkURL is the first argument as an address that can be called.
func checkURL(L *lua.LState, what string) string {
	url := L.CheckString(1)
	if _, err := hotel.Origin(url); err != nil {
		L.RaiseError("%s: %q is %s", what, clip(url, 100), err)
	}
	if len(url) > maxURL {
		L.RaiseError("%s: the address has more than %d bytes", what, maxURL)
	}
	return url
}

// maxExpire is the longest that a POST may be tried, in seconds.
const maxExpire = 30 * 24 * 60 * 60

func (v *vm) httpPost(L *lua.LState) int {
	const what = "bellhop.http.post"
	r := v.running(L, what)
	p := &hotel.HTTPPost{URL: checkURL(L, what)}
	switch body := L.Get(2).(type) {
	case *lua.LNilType:
	case lua.LString:
		p.Body = string(body)
		if !json.Valid([]byte(p.Body)) {
			L.RaiseError("%s: a body that is a text must be JSON; give a table otherwise", what)
		}
	default:
		p.Body = mustEncode(L, what, body)
	}
	if len(p.Body) > maxJSON {
		L.RaiseError("%s: the body has more than %d KiB", what, maxJSON>>10)
	}
	o := newOptions(L, what, L.OptTable(3, L.NewTable()))
	p.Room, p.Answer = o.text("room", false), o.flag("answer")
	seconds := o.whole("expire", "a whole number of seconds", false)
	if seconds < 0 || seconds > maxExpire {
		o.fail("expire", fmt.Sprintf("0 to %d seconds", maxExpire), lua.LNumber(seconds))
	}
	p.ExpireAfter = time.Duration(seconds) * time.Second
	v.want(r, hotel.Effect{HTTP: p})
	return 0
}

func mustEncode(L *lua.LState, what string, value lua.LValue) string {
	text, err := encodeJSONWhile(L.Context(), value)
	if err != nil {
		L.RaiseError("%s: %s", what, err)
	}
	return text
}

func jsonEncode(L *lua.LState) int {
	L.Push(lua.LString(mustEncode(L, "bellhop.json.encode", L.CheckAny(1))))
	return 1
}

// jsonDecode gives nil and a reason for what is no JSON.
func jsonDecode(L *lua.LState) int {
	value, err := decodeJSON(L, checkText(L, 1))
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		return 2
	}
	L.Push(value)
	return 1
}

// Bounds of a hook's own values, as the store has them.
const (
	maxKVKey   = 128
	maxKVValue = 4096
	maxKept    = 10 * 366 * 24 * 60 * 60 // seconds that one may be kept when it ends
)

func kvKey(L *lua.LState, what string) string {
	key, ok := textOf(L.CheckAny(1))
	if !ok || key == "" || len(key) > maxKVKey {
		L.RaiseError("%s: the key must have 1 to %d bytes", what, maxKVKey)
	}
	return key
}

func (v *vm) kvSet(L *lua.LState) int {
	r := v.running(L, "bellhop.kv.set")
	key, value := kvKey(L, "bellhop.kv.set"), L.CheckAny(2)
	if value == lua.LNil {
		L.RaiseError("bellhop.kv.set: the value is nil; bellhop.kv.delete removes one")
	}
	text := mustEncode(L, "bellhop.kv.set", value)
	if len(text) > maxKVValue {
		L.RaiseError("bellhop.kv.set: the value has more than %d bytes", maxKVValue)
	}
	o := newOptions(L, "bellhop.kv.set", L.OptTable(3, L.NewTable()))
	seconds := o.whole("expire", "a whole number of seconds", false)
	if o.table.RawGetString("expire") != lua.LNil && (seconds < 1 || seconds > maxKept) {
		o.fail("expire", fmt.Sprintf("1 to %d seconds", maxKept), lua.LNumber(seconds))
	}
	v.write(r, key, &text, time.Duration(seconds)*time.Second)
	return 0
}

func (v *vm) kvDelete(L *lua.LState) int {
	v.write(v.running(L, "bellhop.kv.delete"), kvKey(L, "bellhop.kv.delete"), nil, 0)
	return 0
}

func (v *vm) write(r *run, key string, value *string, expire time.Duration) {
	if r.kv == nil {
		r.kv = map[string]*string{}
	}
	r.kv[key] = value
	v.want(r, hotel.Effect{KV: &hotel.SetKV{Hook: r.file, Key: key, Value: value, ExpireAfter: expire}})
}

func (v *vm) kvGet(L *lua.LState) int {
	r := v.running(L, "bellhop.kv.get")
	key := kvKey(L, "bellhop.kv.get")
	var text string
	if own, written := r.kv[key]; written {
		if own != nil {
			text = *own
		}
	} else if kept := (hotel.Kept{}); r.get(hotel.KVKey(r.file, key), &kept) && !kept.Gone(r.in.Now) {
		text = kept.Value
	}
	if text == "" {
		L.Push(lua.LNil)
		return 1
	}
	value, err := decodeJSON(L, text)
	if err != nil {
		L.RaiseError("bellhop.kv.get: the value of %q is not what bellhop.kv.set writes: %s", key, err)
	}
	L.Push(value)
	return 1
}

// get reads a record of the state; without a state there is none.
func (r *run) get(key string, into any) bool {
	return r.in.View != nil && r.in.View.Get(key, into)
}
