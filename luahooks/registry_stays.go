package luahooks

// stayFunctions are what a hook can want of stays and telephones.
func stayFunctions() []function {
	const docStay = "of several in the room, the id of the one that is meant"
	ring := []field{
		opt("room", "string", "whose first telephone rings; or extension"),
		opt("extension", "string", "the telephone that rings"),
		opt("answer", "boolean", "what comes of it becomes an event, delivered"),
		opt("expire", "integer", "seconds after which it is not placed any more; ten minutes without it"),
	}
	return []function{
		{
			Name: "bellhop.checkin",
			Doc:  "Wants a guest checked in, as an order of the desk would: the event checkin follows, for which hooks run. A room that is occupied is an error.",
			Args: []field{optionsArg("bellhop.CheckinOptions", false,
				req("room", "string", docRoom),
				opt("stay", "string", "the management system's id of the stay; without it one is made"),
				opt("name", "string", "the guest's, for the telephones' displays"),
				opt("class", `"none"|"internal"|"local"|"national"|"international"`, "class of service; as it is without it"),
				opt("leaves", "string", "the date on which the guest is to leave"),
				opt("language", `"zh"|"en"`, "the guest's"),
				opt("vip", "integer", "0 to 9"),
				opt("incognito", "boolean", "the name never leaves the desk"),
				opt("share", "boolean", "beside who stays there"),
			)},
			Example: `bellhop.checkin { room = "1501", stay = "R-77", leaves = bellhop.date(2), language = "en" }`,
			call:    (*vm).checkIn,
		},
		{
			Name: "bellhop.checkout",
			Doc: "Wants a guest checked out. Where a person's order or dialled digits led to the hook, the event checkout follows. Everywhere else, as on a schedule, it is done only as a sweep would do it: " +
				"when the day on which all guests of the room were to leave has passed, `[checkout] sweep` allows it, and neither the PBX nor the management system shows that somebody is still there; an alert says why it is not.",
			Args: []field{optionsArg("bellhop.CheckoutOptions", false,
				req("room", "string", docRoom),
				opt("stay", "string", docStay),
				opt("all", "boolean", "all who stay there"),
				opt("now", "boolean", "the room need not be looked through"),
			)},
			call: (*vm).checkOut,
		},
		{
			Name: "bellhop.move", Doc: "Wants who stays in a room moved into a vacant one; the event move follows.",
			Args: []field{optionsArg("bellhop.MoveOptions", false,
				req("room", "string", "the room that is left"),
				req("to", "string", "the other room"),
				opt("stay", "string", docStay),
				opt("swap", "boolean", "the other may be occupied: they exchange rooms"),
			)},
			call: (*vm).move,
		},
		{
			Name: "bellhop.extend", Doc: "Wants the day changed on which a stay is to end.",
			Args: []field{optionsArg("bellhop.ExtendOptions", false,
				req("room", "string", docRoom),
				opt("stay", "string", docStay+"; without it all"),
				req("leaves", "string", `"2026-11-24"`),
			)},
			call: (*vm).extend,
		},
		{
			Name: "bellhop.correct", Doc: "Wants a posting taken back, or a part of it, by a posting of its own.",
			Args: []field{optionsArg("bellhop.CorrectOptions", false,
				req("posting", "string", "its id: P12"),
				opt("quantity", "integer", "how many of it; all that is left without it"),
				req("reason", "string", "why"),
				opt("staff", "string", docStaff),
			)},
			call: (*vm).correct,
		},
		{
			Name: "bellhop.dnd", Doc: "Wants a room's do not disturb set or taken back.",
			Args: []field{optionsArg("bellhop.DndOptions", false,
				req("room", "string", docRoom),
				req("on", "boolean", "set"),
			)},
			call: (*vm).dnd,
		},
		{
			Name: "bellhop.pbx.play",
			Doc: "Wants a telephone of the house rung and recordings played to it. Once: when nobody knows whether it rang, a person decides. A busy telephone is not rung again; " +
				"with answer = true `fields.reply` of the event delivered says `{\"busy\":true}`, or the call's id.",
			Args: []field{optionsArg("bellhop.PlayOptions", false, append([]field{
				req("prompts", "string|string[]", "names of recordings on the PBX, played one after the other; at most 20"),
				opt("times", "integer", "how often the whole is played, 1 to 10; once without it"),
			}, ring...)...)},
			Example: `bellhop.pbx.play { room = event.room, prompts = "welcome" }`,
			call:    (*vm).pbxPlay,
		},
		{
			Name: "bellhop.pbx.call", Doc: "Wants one telephone of the house rung and, when it is taken, connected to another. Outside lines are not for hooks.",
			Args: []field{optionsArg("bellhop.CallOptions", false, append([]field{
				req("to", "string", "the telephone it is connected to"),
			}, ring...)...)},
			call: (*vm).pbxCall,
		},
	}
}
