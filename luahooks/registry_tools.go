package luahooks

// toolFunctions are what helps with times, amounts and texts.
func toolFunctions() []function {
	return []function{
		{
			Name: "bellhop.now", Doc: "Gives the time of this run on the hotel's wall.",
			Returns: []field{req("now", "bellhop.Now", "")}, call: (*vm).now,
		},
		{
			Name: "bellhop.time", Doc: "Gives the time of this run in seconds since 1970.",
			Returns: []field{req("time", "integer", "")}, call: (*vm).time,
		},
		{
			Name: "bellhop.date", Doc: "Gives the hotel's date, so many days from today.",
			Args:    []field{opt("days", "integer", "-3660 to 3660; today without it")},
			Returns: []field{req("date", "string", `"2026-11-22"`)}, call: (*vm).date,
		},
		{
			Name: "bellhop.money", Doc: "Writes an amount for people: 1250 as \"12.50 CNY\".",
			Args:    []field{req("amount", "integer", "in the currency's smallest unit")},
			Returns: []field{req("text", "string", "")}, call: (*vm).money,
		},
		{
			Name: "bellhop.log", Doc: "Writes a line in the record of this run; print does the same. 50 lines of 500 bytes.",
			Rest: &field{Type: "any", Doc: "joined by blanks"}, call: (*vm).log,
		},
		{
			Name: "bellhop.json.encode", Doc: "Writes a value as JSON.",
			Args:    []field{req("value", "any", "no functions, no gaps in lists")},
			Returns: []field{req("text", "string", "")}, call: plain(jsonEncode),
		},
		{
			Name: "bellhop.json.decode", Doc: "Reads JSON; null becomes nil.",
			Args:    []field{req("text", "string", "at most 64 KiB")},
			Returns: []field{opt("value", "any", "nil for what is no JSON"), opt("error", "string", "why it is none")}, call: plain(jsonDecode),
		},
	}
}
