package hotel

import "slices"

// KindOrigin says where events of a kind come from.
type KindOrigin string

// Where events come from.
const (
	OriginDialled  KindOrigin = "dialled"  // a guest's or staff's keys; only these have digits for a pattern
	OriginPBX      KindOrigin = "pbx"      // the PBX reports it
	OriginBellhop  KindOrigin = "bellhop"  // an order, or Bellhop itself
	OriginSchedule KindOrigin = "schedule" // bellhop.cron
)

// KindInfo describes an event kind as hooks see it.
type KindInfo struct {
	Kind   Kind
	Origin KindOrigin
	Doc    string
	// Fields are the names of what the kind has beyond [CommonFields]; each is
	// one of [EventFields].
	Fields []string
	// Own describes what [Event.Fields] holds, by name, where Bellhop makes it.
	// What a PBX reports has the names of its manual.
	Own []EventField
}

// EventField is one named value of an event as hooks see it. Type is the Lua
// type in the words of LuaCATS.
type EventField struct {
	Name, Type, Doc string
	Always          bool // every event of the kind has it
}

// CommonFields are what an event of any kind may have.
var CommonFields = []EventField{
	{"id", "string", "its number in the journal", true},
	{"kind", "bellhop.Kind", "what it is", true},
	{"time", "integer", "when Bellhop took it, seconds since 1970", true},
	{"source", "string", "who sent it: pbx, cron, command, pms or agent", false},
	{"name", "string", "the sender's own name for it; of a schedule its job", false},
	{"serial", "string", "the PBX's serial number", false},
	{"callid", "string", "the PBX's id of the telephone call", false},
	{"room", "string", "the room it is about: the one that was dialled when the digits name one, else the telephone's", false},
	{"extension", "string", "the telephone", false},
	{"cause", "string", "the event that led to it", false},
	{"fields", "table<string, string>", "what else it has, by the sender's own names", false},
}

// EventFields are what only some kinds have.
var EventFields = []EventField{
	{"digits", "string", "the whole string that was dialled", false},
	{"key", "string", "one key", false},
	{"key_index", "integer", "the key's place in the call, from 0", false},
	{"entry", `"minibar"|"housekeeping"|"clear_status"|"wakeup_set"|"wakeup_cancel"|"wakeup_hear"|"dnd"|"confirm"|"speaks"|"wrong_pin"`, "what the digits mean", false},
	{"service", "string", "the feature code", false},
	{"caller_room", "string", "the caller's room, when the digits name another", false},
	{"status", "string", "housekeeping: the two digits", false},
	{"staff", "string", "the number of who dialled", false},
	{"at", "string", `the time of a wake-up on the hotel's wall: "06:30"`, false},
	{"seq", "integer", "place within the call, from 1", false},
	{"item", "string", "minibar: the item's code", false},
	{"count", "integer", "minibar: how many", false},
	{"removal", "boolean", "minibar: taken back", false},
	{"nothing", "boolean", "minibar: looked through, nothing taken", false},
	{"minibar", "string", "minibar: the price list", false},
	{"on", "boolean", "do not disturb: on or off", false},
	{"members", "bellhop.Member[]", "the call's parties", false},
	{"emergency", "string", "the number for help that was dialled, without an outside prefix", false},
	{"cdr", "bellhop.CDR", "the record of the call", false},
	{"wakeup", "string", "the order: W7", false},
	{"change", `"scheduled"|"ringing"|"attempt"|"trouble"|"answered"|"unanswered"|"busy"|"failed"|"unknown"|"cancelled"|"escalated"|"acknowledged"`, "what has changed", false},
	{"state", `"scheduled"|"ringing"|"answered"|"unanswered"|"busy"|"failed"|"cancelled"|"unknown"`, "how it stands", false},
	{"date", "string", "the day on which it rings", false},
	{"due", "integer", "when it rings, seconds since 1970", false},
	{"tries", "integer", "calls so far", false},
	{"group", "string", "the group it was ordered in", false},
	{"stay", "string", "for whom", false},
	{"from", "string", "who ordered it: desk, phone, api, hook or pms", false},
	{"outcome", "string", "what came of the newest call", false},
	{"error", "string", "why it could not be rung", false},
}

// The groups of fields that several kinds share.
var (
	digitFields = []string{"digits", "entry", "service", "members"}
	callFields  = []string{"members"}
	orderField  = EventField{"stay", "string", "the stay's id; without it that of the room", false}
	outcomeOwn  = []EventField{
		{"call", "string", "the queued call", true},
		{"key", "string", "the key by which the far side knows it", true},
		{"to", "string", "where it was to go: http, pms, pbx, mail", true},
		{"op", "string", "what it was to do", true},
		{"state", "string", "what became of it", true},
		{"url", "string", "the address", false},
		{"reply", "string", "what the far side answered", false},
		{"error", "string", "why it failed", false},
		{"unit", "string", "the hook that queued it", false},
		{"subject", "string", "what it was about: a posting, a wake-up", false},
	}
)

// Kinds are all that hooks can be registered for, in the order in which they are
// documented.
var Kinds = []KindInfo{
	{KindDTMF, OriginDialled, "any digits, or a single key in a call", append([]string{
		"key", "key_index", "caller_room", "status", "staff", "at", "seq", "item", "count", "removal", "nothing", "minibar", "on"}, digitFields...), nil},
	{KindMinibar, OriginDialled, "digits that mean something was taken from a minibar", append([]string{
		"item", "count", "removal", "nothing", "minibar", "seq", "staff"}, digitFields...), nil},
	{KindHousekeeping, OriginDialled, "digits that say how a room is", append([]string{"status", "caller_room"}, digitFields...), nil},
	{KindWakeUpRequest, OriginDialled, "digits by which a guest orders, cancels or asks for a wake-up", append([]string{"at"}, digitFields...), nil},
	{KindConfirm, OriginDialled, "the key pressed in a call that Bellhop placed", append([]string{"key"}, digitFields...), nil},

	{KindCDR, OriginPBX, "a telephone call has ended: its record", []string{"cdr", "emergency", "members"}, nil},
	{KindCall, OriginPBX, "a telephone call rings, is answered or ends", []string{"members", "emergency"}, nil},
	{KindExtension, OriginPBX, "a telephone's state has changed", callFields, nil},
	{KindBoot, OriginPBX, "the PBX has begun anew", callFields, nil},
	{KindConfig, OriginPBX, "the PBX's settings have changed", callFields, nil},
	{KindCallFailed, OriginPBX, "a call could not be made", []string{"members", "emergency"}, nil},
	{KindPromptEnd, OriginPBX, "a recording has been played", callFields, nil},
	{KindTransfer, OriginPBX, "a call was transferred", callFields, nil},
	{KindForward, OriginPBX, "a call was forwarded", callFields, nil},
	{KindInvite, OriginPBX, "a call comes in and waits for what is to become of it", callFields, nil},
	{KindIncoming, OriginPBX, "a call comes in", callFields, nil},
	{KindConference, OriginPBX, "somebody joins or leaves a conference", callFields, nil},
	{KindSatisfaction, OriginPBX, "a caller's mark for a call", callFields, nil},
	{KindSMS, OriginPBX, "what became of a text message", callFields, nil},
	{KindUACSTA, OriginPBX, "an operation on a telephone by uaCSTA", callFields, nil},
	{KindAgentTimeout, OriginPBX, "an agent of a queue has not answered", callFields, nil},
	{KindAgentPaused, OriginPBX, "an agent of a queue was paused", callFields, nil},
	{KindUnknown, OriginPBX, "a report that cannot be read", callFields, nil},

	{KindWakeUp, OriginBellhop, "a wake-up has changed", []string{
		"wakeup", "change", "state", "at", "date", "due", "tries", "group", "stay", "from", "outcome", "error"}, nil},
	{KindCheckIn, OriginBellhop, "a guest has checked in", nil, []EventField{
		{"stay", "string", "the stay's id, when the order gave one; bellhop.room(event.room).stay is who stays there", false},
		{"name", "string", "the guest's, unless incognito", false},
		{"class", "string", "class of service", false},
		{"leaves", "string", "the date on which the guest is to leave", false},
		{"language", "string", "zh or en", false},
		{"vip", "string", "1 to 9", false},
		{"incognito", "string", "true: the name never leaves the desk", false},
		{"share", "string", "true: beside who stays there", false},
	}},
	{KindCheckOut, OriginBellhop, "a guest has checked out, or is about to", nil, []EventField{
		orderField,
		{"all", "string", "true: all who stay in the room", false},
		{"now", "string", "true: the room need not be looked through", false},
	}},
	{KindMove, OriginBellhop, "a guest has moved to another room", nil, []EventField{
		orderField,
		{"to", "string", "the other room", true},
		{"swap", "string", "true: they exchange rooms", false},
	}},
	{KindPosting, OriginBellhop, "for postings of a management system; nothing makes one yet", nil, nil},
	{KindAlert, OriginBellhop, "an alert has opened", nil, []EventField{
		{"alert", "string", "its id", true}, {"code", "string", "what kind of alert", true},
	}},
	{KindDelivered, OriginBellhop, "a queued call with answer = true has been answered", nil, outcomeOwn},
	{KindRefused, OriginBellhop, "a queued call was refused, or nobody knows whether it arrived", nil, outcomeOwn},
	{KindExpired, OriginBellhop, "a queued call was not delivered in its time", nil, outcomeOwn},

	{KindCron, OriginSchedule, "a time of a schedule has come; name is its job", nil, []EventField{
		{"due", "string", "the time, as 2026-11-22T06:00:00Z", true},
		{"late", "string", "by how many seconds it is late", false},
		{"by", "string", "command: a person ran it", false},
	}},
}

// FieldsOf are all fields that events of a kind may have, the common ones first.
func (k KindInfo) FieldsOf() []EventField {
	list := slices.Clone(CommonFields)
	for _, name := range k.Fields {
		at := slices.IndexFunc(EventFields, func(f EventField) bool { return f.Name == name })
		list = append(list, EventFields[at])
	}
	return list
}

// InfoOf describes a kind; false: hooks do not know it.
func InfoOf(kind Kind) (KindInfo, bool) {
	at := slices.IndexFunc(Kinds, func(k KindInfo) bool { return k.Kind == kind })
	if at < 0 {
		return KindInfo{}, false
	}
	return Kinds[at], true
}
