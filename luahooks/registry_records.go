package luahooks

import (
	"fmt"
	"slices"
	"strings"

	"bellhop/hotel"
)

// alias is a name for a choice of texts.
type alias struct{ Name, Doc, Type string }

func aliases() []alias {
	var kinds []string
	for _, k := range hotel.Kinds {
		kinds = append(kinds, fmt.Sprintf("%q", k.Kind))
	}
	return []alias{
		{"bellhop.Kind", "What an event is.", strings.Join(kinds, "|")},
		{"bellhop.Status", "A housekeeping status.", `"dirty"|"clean"|"inspected"|"out-of-order"|"out-of-service"`},
		{"bellhop.Weekday", "A day of the week.", `"` + strings.Join(weekdays, `"|"`) + `"`},
	}
}

// records are the tables that hooks see, those of options excepted.
func records() []record {
	return slices.Concat(eventRecords(), historyRecords(), []record{
		{
			Name: "bellhop.Member", Doc: "One party of a telephone call.",
			Fields: []field{
				req("role", `"ext"|"inbound"|"outbound"`, "on which side of the PBX"),
				opt("number", "string", "the extension"),
				opt("from", "string", "who calls"),
				opt("to", "string", "who is called"),
				opt("trunk", "string", "the trunk"),
				opt("channel", "string", "the PBX's name of the connection"),
				opt("status", "string", "ALERT, RING, ANSWERED, ANSWER, HOLD or BYE"),
				opt("path", "string", "the menu, queue or conference passed through"),
			},
		},
		{
			Name: "bellhop.CDR", Doc: "The record of a finished telephone call, as the PBX reports it.",
			Fields: []field{
				opt("start", "string", "the PBX's local time, without a zone"),
				opt("from", "string", "who called"),
				opt("to", "string", "who was called"),
				req("duration", "integer", "the whole call, in seconds"),
				req("talk", "integer", "the answered part, in seconds"),
				opt("source_trunk", "string", "the trunk it came by"),
				opt("dest_trunk", "string", "the trunk it went out by"),
				opt("status", "string", "ANSWERED, NO ANSWER, BUSY, FAILED or VOICEMAIL"),
				opt("type", "string", "Internal, Inbound, Outbound, Callback or Transfer"),
				opt("recording", "string", "the recording's name"),
				opt("did", "string", "the number by which it came in"),
			},
		},
		{
			Name: "bellhop.Room", Doc: "A room of the hotel.",
			Fields: []field{
				req("number", "string", docRoom),
				opt("status", "bellhop.Status", "housekeeping"),
				req("dnd", "boolean", "do not disturb"),
				req("waiting", "boolean", "a message waits"),
				opt("building", "string", "the building"),
				opt("floor", "string", "the floor"),
				opt("stay", "string", "of the guest whom the telephones show; nil: vacant"),
				req("occupied", "boolean", "a guest stays there"),
				req("extensions", "string[]", "its telephones"),
				req("minibar", "string", "its price list"),
				opt("vip", "integer", "of the guest who is shown: 0 to 9"),
				opt("language", "string", "of the guest who is shown: zh or en"),
				opt("leaves", "string", "the date on which the last of its guests is to leave; nil if one has none"),
			},
		},
		{
			Name: "bellhop.Stay", Doc: "A guest in a room, from check-in to check-out.",
			Fields: []field{
				req("id", "string", "its id"),
				req("room", "string", docRoom),
				req("state", `"in-house"|"checking"|"departed"`, "checking: leaving, the room is being looked through"),
				req("checkin", "integer", "seconds since 1970"),
				opt("checkout", "integer", "seconds since 1970"),
				opt("leaves", "string", "the date on which the guest is to leave"),
				opt("language", "string", "zh or en"),
				req("vip", "integer", "0 to 9"),
				req("incognito", "boolean", "the name never leaves the desk"),
			},
		},
		{
			Name: "bellhop.Item", Doc: "Something in a minibar.",
			Fields: []field{
				req("code", "string", "as dialled"),
				req("name", "string", "in the hotel's language"),
				req("price", "integer", "of one, in the currency's smallest unit"),
				req("max", "integer", "most that one entry may take"),
				req("minibar", "string", "the price list"),
			},
		},
		{
			Name: "bellhop.Alert", Doc: "Something that a person must acknowledge.",
			Fields: []field{
				req("id", "string", "its id"),
				req("code", "string", "what kind of thing; hook for a hook's own words"),
				opt("room", "string", docRoom),
				req("text", "string", "what it says"),
				req("count", "integer", "how often"),
				req("first", "integer", "seconds since 1970"),
				req("last", "integer", "seconds since 1970"),
			},
		},
		{
			Name: "bellhop.Wakeup", Doc: "An order to ring a room.",
			Fields: []field{
				req("id", "string", "the order: W7"),
				req("room", "string", docRoom),
				req("date", "string", `"2026-11-24"`),
				req("time", "string", `"07:00"`),
				req("repeat", `"once"|"daily"|"weekdays"`, `read it as w["repeat"], as repeat is a word of Lua's`),
				opt("days", "integer[]", "on which it repeats; Sunday is 1"),
				req("state", `"scheduled"|"ringing"|"answered"|"unanswered"|"busy"|"failed"|"cancelled"|"unknown"`, "how it stands"),
				opt("due", "integer", "seconds since 1970"),
				opt("group", "string", "the group it was ordered in"),
				opt("language", "string", "of the recording"),
				opt("alarm", "boolean", "of those that are over: the PBX's own alarm rang, which proves nothing"),
			},
		},
		{
			Name: "bellhop.Taking", Doc: "What postings of one kind come to.",
			Fields: []field{
				req("count", "integer", "postings, corrections among them"),
				req("amount", "integer", "in the currency's smallest unit"),
				req("tax", "integer", "the part of the amount that is tax"),
			},
		},
		{
			Name: "bellhop.Now", Doc: "A time on the hotel's wall.",
			Fields: []field{
				req("year", "integer", ""), req("month", "integer", "1 to 12"), req("day", "integer", "1 to 31"),
				req("hour", "integer", "0 to 23"), req("min", "integer", ""), req("sec", "integer", ""),
				req("wday", "integer", "Sunday is 1"), req("unix", "integer", "seconds since 1970"),
			},
		},
	})
}
