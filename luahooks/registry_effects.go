package luahooks

// The texts of what many functions take.
const (
	docRoom  = "the room's number"
	docStaff = "the number of who did it"
	typeURL  = "string"
)

// effectFunctions are what a hook can want. All of it is done together, once, when
// the hook has ended without an error.
func effectFunctions() []function {
	return []function{
		{
			Name: "bellhop.post", Doc: "Wants a charge on a stay. On whom it falls: who stays in the room, but of a minibar whom it belongs to; with a stay that one, wherever it is and even if it has ended.",
			Args: []field{optionsArg("bellhop.PostOptions", false,
				opt("room", "string", docRoom+"; needed without a stay"),
				opt("stay", "string", "the stay's id"),
				req("kind", `"minibar"|"call"|"other"`, "what it is for"),
				opt("minibar", "string", "the price list; without it the room's"),
				opt("item", "string|bellhop.Item", "a code, or what bellhop.minibar.item gives"),
				opt("quantity", "integer", "how many, 1 without it; less than 0 of a minibar's item takes back what was charged"),
				req("amount", "integer", "of all together, in the currency's smallest unit"),
				opt("description", "string", "what stands on the bill"),
				opt("staff", "string", docStaff),
			)},
			Example: `bellhop.post { room = event.room, kind = "other", amount = 3000, description = "Fruit" }`,
			call:    (*vm).post,
		},
		{
			Name: "bellhop.minibar.unclear", Doc: "Wants an entry of a minibar that cannot be charged, as there is no such item or the count cannot be, to wait for a person: `bellhop minibar resolve` makes a charge of it.",
			Args: []field{optionsArg("bellhop.UnclearOptions", false,
				req("room", "string", docRoom),
				req("item", "string", "the code as it was dialled"),
				req("count", "integer", "how many"),
				opt("minibar", "string", "the price list"),
				opt("removal", "boolean", "it was taken back"),
				opt("staff", "string", docStaff),
			)},
			call: (*vm).minibarUnclear,
		},
		{
			Name: "bellhop.alert", Doc: "Wants something told that a person must acknowledge.",
			Args: []field{
				req("text", "any", "what it says"),
				optionsArg("bellhop.AlertOptions", true, opt("room", "string", docRoom),
					opt("mail", "boolean", "it is mailed when it opens, whichever alerts are, if [mail] is set"),
					opt("sms", "string", "the number to which it is sent when it opens, by the PBX: +8613912345678")),
			},
			Example: `bellhop.alert("the ice machine is empty", { room = event.room })`,
			call:    (*vm).alert,
		},
		{
			Name: "bellhop.sms",
			Doc: "Wants a text message sent by the PBX's line that `[sms] trunk` names, once. If the PBX cannot, no line is set, or `[sms] per_day` are sent today, an alert says so and has the text. " +
				"With answer = true `fields.reply` of the event delivered has the PBX's id of it.",
			Args: []field{optionsArg("bellhop.SmsOptions", false,
				req("to", "string", "the number, with + before a country code"),
				req("text", "string", "500 bytes, which are 166 Chinese characters; no emoji"),
				opt("room", "string", "the room that it is about"),
				opt("answer", "boolean", "what comes of it becomes an event, delivered or refused"),
				opt("expire", "integer", "seconds after which it is not sent any more; an hour without it"),
			)},
			Example: `bellhop.sms { to = "+8613912345678", text = "Room 1203 asks for the doctor" }`,
			call:    (*vm).sms,
		},
		{
			Name: "bellhop.housekeeping", Doc: "Wants a room's housekeeping status set.",
			Args: []field{optionsArg("bellhop.HousekeepingOptions", false,
				req("room", "string", docRoom),
				req("status", "bellhop.Status", "the status"),
				opt("staff", "string", docStaff),
			)},
			call: (*vm).housekeeping,
		},
		{
			Name: "bellhop.sweep",
			Doc: "Wants the end of the day: an alert lists the rooms whose guests should have left, and vacant rooms' telephones are compared with what they should be and put right. " +
				"With overdue = \"checkout\" those guests are checked out, which `[checkout] sweep` must allow: none at all if they are many, and never a room with a call since or guests who changed rooms since, " +
				"an alarm set by hand or a name changed by hand, nor while the management system does not answer; an alert says which and why.",
			Args: []field{optionsArg("bellhop.SweepOptions", true,
				opt("overdue", `"list"|"checkout"`, "what becomes of guests who should have left; list without it"),
			)},
			call: (*vm).sweep,
		},
		{
			Name: "bellhop.backup",
			Doc: "Wants a consistent copy of the database, made while all goes on, as `backups/bellhop-YYYYMMDD-HHMMSS.db` (UTC) beside it, readable by its owner alone; the newest `[store] backups` are kept. Where `[backup] to` names a place, a backup of the whole box is made of it and taken there. " +
				"One that fails, or for which the disk has no room, is the alert `backup-failed`. It holds guests' names as long as it is kept.",
			Args: []field{{Name: "options", Type: "table", Doc: "empty", Optional: true}},
			call: (*vm).backup,
		},
		{
			Name: "bellhop.wakeup.add", Doc: "Wants a wake-up ordered. What is left out is as the config says.",
			Args: []field{optionsArg("bellhop.WakeupOptions", false,
				opt("room", "string", docRoom),
				opt("rooms", "string[]", "several rooms"),
				opt("stay", "string", "for whom; without it whoever stays there"),
				req("at", "string", `the time on the hotel's wall: "06:30"`),
				opt("date", "string", `"2026-11-24", "today" or "tomorrow"; without it when a clock shows the time next`),
				opt("days", "bellhop.Weekday[]", "the days on which it repeats"),
				opt("daily", "boolean", "it repeats each day"),
				opt("until_date", "string", "the last date of one that repeats; without it as long as the guest stays"),
				opt("how", `"call"|"pbx"|"both"`, "who rings"),
				opt("retries", "integer", "after the first call"),
				opt("spacing", "integer", "minutes between calls"),
				opt("prompt", "string", "the recording"),
				opt("language", "string", "of the recording: zh or en"),
			)},
			Example: `bellhop.wakeup.add { room = "1203", at = "06:30", days = { "mon", "fri" } }`,
			call:    (*vm).wakeUpAdd,
		},
		{
			Name: "bellhop.wakeup.cancel", Doc: "Wants wake-ups taken back: one, all of a room, or all that were ordered together.",
			Args: []field{optionsArg("bellhop.WakeupCancelOptions", false,
				opt("id", "string", "the order's id"),
				opt("room", "string", docRoom),
				opt("rooms", "string[]", "several rooms"),
				opt("group", "string", "the group's id"),
			)},
			call: (*vm).wakeUpCancel,
		},
		{
			Name: "bellhop.report",
			Doc: "Wants a report kept for people: a text, a table, or both. It is of the day, in place of an earlier one of that name; the newest 60 of each of 8 names are kept. `bellhop report show` prints it. " +
				"32 KiB, 1000 rows, 12 columns. Leave guests' names out: a mail or a paper lies where nobody removes them.",
			Args: []field{optionsArg("bellhop.ReportOptions", false,
				req("name", "string", "of a-z, 0-9 and -"),
				req("title", "string", "its heading"),
				opt("text", "string", "what stands above the table"),
				opt("head", "string[]", "above the columns, where there are rows"),
				opt("parts", "(string|(string|number)[])[][]", "the table in parts, each a heading and its rows: one without rows is left out, of a long one it says how many more there are, and a long cell is cut"),
				opt("most", "integer", "rows that are shown of each part; 50 without it"),
				opt("none", "string", "a line below the text where no part has a row"),
				opt("rows", "(string|number)[][]", "the table, or what follows its parts; a row of one is a heading within it"),
				opt("mail", "boolean", "mail it, if [mail] is set"),
			)},
			Example: `local alerts = { "Open alerts" }
for _, a in ipairs(bellhop.alerts()) do
  alerts[#alerts + 1] = { a.room or "", a.text }
end
bellhop.report { name = "open", title = "What is open", parts = { alerts }, none = "Nothing is open." }`,
			call: (*vm).report,
		},
		{
			Name: "bellhop.http.post", Doc: "Wants a table, or a text that is JSON, sent as often as it takes. Posts of one room keep their order.",
			Args: []field{
				req("url", typeURL, "http or https"),
				opt("body", "table|string", "what is sent"),
				optionsArg("bellhop.HttpPostOptions", true,
					opt("room", "string", "whose order it keeps"),
					opt("answer", "boolean", "the answer becomes an event, delivered"),
					opt("expire", "integer", "seconds after which it is given up; a day without it"),
				),
			},
			Example: `bellhop.http.post("https://reports.example/missed", { missed = 3 })`,
			call:    (*vm).httpPost,
		},
		{
			Name: "bellhop.kv.set", Doc: "Wants a value kept for this file: 4096 bytes as JSON, 1000 keys.",
			Args: []field{
				req("key", "string", "1 to 128 bytes"),
				req("value", "string|number|boolean|table", "what is kept"),
				optionsArg("bellhop.KvSetOptions", true, opt("expire", "integer", "seconds after which it is gone; without it it stays")),
			},
			call: (*vm).kvSet,
		},
		{
			Name: "bellhop.kv.delete", Doc: "Wants a kept value removed.",
			Args: []field{req("key", "string", "1 to 128 bytes")},
			call: (*vm).kvDelete,
		},
	}
}
