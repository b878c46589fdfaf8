package luahooks

import (
	"fmt"
	"slices"
	"strings"

	"bellhop/hotel"
)

// hookKinds are what bellhop.on knows, and digitKinds those that can have a
// pattern: views of a dtmf event.
var (
	hookKinds  = kindsFrom(hotel.OriginDialled, hotel.OriginPBX, hotel.OriginBellhop)
	digitKinds = kindsFrom(hotel.OriginDialled)
)

func kindsFrom(origins ...hotel.KindOrigin) (kinds []hotel.Kind) {
	for _, k := range hotel.Kinds {
		if slices.Contains(origins, k.Origin) {
			kinds = append(kinds, k.Kind)
		}
	}
	return kinds
}

// eventClass is the class of a kind's events: bellhop.WakeupRequestEvent.
func eventClass(kind hotel.Kind) string {
	var b strings.Builder
	for word := range strings.SplitSeq(string(kind), "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return "bellhop." + b.String() + "Event"
}

// eventRecords are the classes of events: what all have, and for each kind what it
// has besides.
func eventRecords() []record {
	common := record{Name: "bellhop.Event", Doc: "What an event of any kind has.", Fields: eventFields(hotel.CommonFields)}
	records := []record{common}
	for _, k := range hotel.Kinds {
		r := record{Name: eventClass(k.Kind), Parent: common.Name, Doc: sentence(k.Doc)}
		r.Fields = append(r.Fields, field{Name: "kind", Type: fmt.Sprintf("%q", k.Kind), Doc: "what it is"})
		r.Fields = append(r.Fields, eventFields(k.FieldsOf()[len(hotel.CommonFields):])...)
		if len(k.Own) > 0 {
			own := record{Name: strings.TrimSuffix(r.Name, "Event") + "Fields", Doc: "What `fields` of a " + string(k.Kind) + " event has.", Fields: eventFields(k.Own)}
			records = append(records, own)
			r.Fields = append(r.Fields, field{Name: "fields", Type: own.Name, Doc: "what else it has", Optional: !slices.ContainsFunc(k.Own, func(f hotel.EventField) bool { return f.Always })})
		}
		records = append(records, r)
	}
	return records
}

func eventFields(list []hotel.EventField) (fields []field) {
	for _, f := range list {
		fields = append(fields, field{Name: f.Name, Type: f.Type, Doc: f.Doc, Optional: !f.Always})
	}
	return fields
}

// sentence begins with a capital and ends with a stop.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

// onOverloads are bellhop.on for each kind, so that an editor knows what the event
// of a hook has.
func onOverloads() (list []string) {
	for _, k := range hotel.Kinds {
		if k.Origin == hotel.OriginSchedule {
			continue
		}
		class := eventClass(k.Kind)
		list = append(list, fmt.Sprintf("fun(kind: %q, handler: fun(event: %s))", k.Kind, class))
		if k.Origin == hotel.OriginDialled {
			list = append(list, fmt.Sprintf("fun(kind: %q, pattern: string, handler: fun(event: %s, ...: string))", k.Kind, class))
		}
	}
	return list
}

func registrations() []function {
	return []function{
		{
			Name: "bellhop.on",
			Doc: "Runs a function for each event of a kind. Called as `bellhop.on(kind, pattern, handler)` only when the Lua pattern fits the dialled digits: " +
				"its captures follow the event, or the whole match if it has none.",
			Args: []field{
				req("kind", "bellhop.Kind", "what to run for"),
				req("handler", "fun(event: bellhop.Event)", "the hook"),
			},
			Overloads: onOverloads(),
			Example: `bellhop.on("dtmf", "^555%*(%d+)$", function(event, choice)
  bellhop.alert("fruit basket " .. choice, { room = event.room })
end)`,
			call: (*vm).on,
		},
		{
			Name: "bellhop.cron",
			Doc:  "Runs a function by schedule, in the hotel's time; the options may be left out. The job's name is used once in all files.",
			Args: []field{
				req("expression", "string", "minute, hour, day, month and weekday"),
				req("job", "string", "its name"),
				optionsArg("bellhop.CronOptions", false,
					opt("missed", `"run"|"report"|"skip"`, "what becomes of a time at which the box was off: run late, once (so it is without); tell a person; let it be"),
					opt("within", "integer", "how many seconds late it may run; beyond, a person is told"),
				),
				req("handler", "fun(event: bellhop.CronEvent)", "the hook"),
			},
			Overloads: []string{"fun(expression: string, job: string, handler: fun(event: bellhop.CronEvent))"},
			Example: `bellhop.cron("0 7 * * *", "greeting", { within = 3600 }, function(event)
  bellhop.log("late by", event.fields.late or 0)
end)`,
			call: (*vm).cron,
		},
	}
}
