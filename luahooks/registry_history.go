package luahooks

// historyFunctions are what a hook can read of what was.
func historyFunctions() []function {
	const docHistory = " They are as new as the moment of the question, which may be newer than what else the hook reads. Of all that is kept only the newest 2000 are looked at; " +
		"the list has at most 32 KiB, and one run may ask 8 times."
	query := func(class, whose string) field {
		return optionsArg(class, true,
			opt("room", "string", "of this room"),
			opt("stay", "string", whose),
			opt("since", "integer", "not older, seconds since 1970"),
			opt("limit", "integer", "at most so many, 1 to 100; 20 without it"),
		)
	}
	more := req("more", "boolean", "there may be others")
	return []function{
		{
			Name: "bellhop.postings", Doc: "Gives the newest charges, corrections and payments, the newest first, and whether there may be more." + docHistory,
			Args:    []field{query("bellhop.PostingsOptions", "on the folio of this stay: all of it is looked at")},
			Returns: []field{req("postings", "bellhop.Posting[]", ""), more},
			Example: `local spent = 0
for _, p in ipairs(bellhop.postings { room = "1203", since = bellhop.time() - 24 * 3600, limit = 100 }) do
  if p.kind == "minibar" then spent = spent + p.amount end
end`,
			call: (*vm).postings,
		},
		{
			Name: "bellhop.calls", Doc: "Gives the newest records of telephone calls, the newest first, and whether there may be more." + docHistory,
			Args:    []field{query("bellhop.CallsOptions", "of this stay, or paid by it")},
			Returns: []field{req("calls", "bellhop.Call[]", ""), more},
			call:    (*vm).pastCalls,
		},
		{
			Name: "bellhop.tariff.price", Doc: "Gives what an outside call costs by the tariff, with tax.",
			Args: []field{optionsArg("bellhop.PriceOptions", false,
				req("number", "string", "as it is dialled"),
				req("seconds", "integer", "of talk"),
				opt("at", "integer", "when it begins, seconds since 1970; now without it"),
				opt("trunk", "string", "by which it goes out"),
			)},
			Returns: []field{
				opt("price", "integer", "in the currency's smallest unit; nil when the tariff has none"),
				opt("why", "string", "why it costs nothing or has no price: emergency, no-talk, free-number, grace, costs-nothing, no-rate or too-much"),
				opt("destination", "string", "the name of its rate"),
			},
			Example: `local price = bellhop.tariff.price { number = "013912345678", seconds = 60 }`,
			call:    (*vm).tariffPrice,
		},
	}
}

// historyRecords are the tables of what was.
func historyRecords() []record {
	return []record{
		{
			Name: "bellhop.Posting", Doc: "A charge on a stay, a correction of one, or a payment.",
			Fields: []field{
				req("id", "string", "P12"),
				opt("room", "string", "where it was charged"),
				opt("stay", "string", "on whose folio it is; nil: nobody is known on whom it falls"),
				req("kind", `"minibar"|"call"|"other"|"payment"`, "what it is for"),
				opt("minibar", "string", "the price list"),
				opt("item", "string", "the minibar's item, or the call's destination"),
				opt("description", "string", "what stands on the bill"),
				req("quantity", "integer", "how many"),
				req("amount", "integer", "of all together, with tax; less than 0 takes back, or pays"),
				req("tax", "integer", "the part of the amount that is tax"),
				req("back", "integer", "what of the amount later corrections took back"),
				opt("staff", "string", docStaff),
				req("time", "integer", "when it was made, seconds since 1970"),
				req("state", `"pending"|"posted"|"refused"|"unclear"|"written-off"`, "what became of it at the management system"),
				req("late", "boolean", "it came when the stay had ended"),
				opt("corrects", "string", "the posting that it takes back"),
			},
		},
		{
			Name: "bellhop.Call", Doc: "A telephone call that was.",
			Fields: []field{
				req("event", "string", "the id of the event that told of it"),
				opt("room", "string", docRoom),
				opt("stay", "string", "who stayed there"),
				req("time", "integer", "when it was reported, seconds since 1970"),
				opt("from", "string", "who called"),
				opt("to", "string", "who was called"),
				req("duration", "integer", "the whole call, in seconds"),
				req("talk", "integer", "the answered part, in seconds"),
				opt("status", "string", "ANSWERED, NO ANSWER, BUSY, FAILED or VOICEMAIL"),
				opt("type", "string", "Internal, Inbound, Outbound, Callback or Transfer"),
				opt("trunk", "string", "by which it went out"),
				opt("number", "string", "the dialled number in the form that the tariff knows"),
				opt("destination", "string", "the name of its rate"),
				req("price", "integer", "with tax, in the currency's smallest unit"),
				opt("why", "string", "why nobody is charged"),
				opt("posting", "string", "the charge"),
				opt("payer", "string", "the stay that is charged"),
			},
		},
	}
}
