package luahooks

// toolFunctions are what helps with times, amounts and texts.
func toolFunctions() []function {
	return []function{
		{
			Name: "bellhop.now", Doc: "Gives the time of this run on the hotel's wall.",
			Returns: []field{req("now", "bellhop.Now", "")}, call: (*vm).now,
		},
		{
			Name: "bellhop.time", Doc: "Gives a time in seconds since 1970: that of this run, or of a moment on the hotel's wall.",
			Args:    []field{opt("at", "string", `"2026-11-22 06:00", or "2026-11-22" for its midnight; this run without it`)},
			Returns: []field{req("time", "integer", "")},
			Example: `local calls = bellhop.calls { since = bellhop.time(bellhop.date()) } -- since midnight`,
			call:    (*vm).time,
		},
		{
			Name: "bellhop.date", Doc: "Gives the hotel's date, so many days from today.",
			Args:    []field{opt("days", "integer", "-3660 to 3660; today without it")},
			Returns: []field{req("date", "string", `"2026-11-22"`)}, call: (*vm).date,
		},
		{
			Name: "bellhop.say", Doc: "Gives the one of two texts that is in the hotel's language.",
			Args:    []field{req("en", "string", "in English"), req("zh", "string", "in Chinese")},
			Returns: []field{req("text", "string", "")},
			Example: `bellhop.alert(bellhop.say("the ice machine is empty", "制冰机空了"))`,
			call:    (*vm).say,
		},
		{
			Name: "bellhop.money", Doc: "Writes an amount for people: 1250 as \"12.50 CNY\".",
			Args:    []field{req("amount", "integer", "in the currency's smallest unit")},
			Returns: []field{req("text", "string", "")}, call: (*vm).money,
		},
		{
			Name: "bellhop.money.format", Doc: "Writes an amount without the currency's name: 1250 as \"12.50\".",
			Args:    []field{req("amount", "integer", "in the currency's smallest unit")},
			Returns: []field{req("text", "string", "")}, call: (*vm).moneyFormat,
		},
		{
			Name: "bellhop.money.parse", Doc: "Reads an amount such as 12, 12.5 or 12.50. More digits than the currency has are none, and so is a sign.",
			Args:    []field{req("text", "string", "what a person wrote")},
			Returns: []field{opt("amount", "integer", "in the currency's smallest unit; nil for what is none"), opt("error", "string", "why it is none")},
			call:    (*vm).moneyParse,
		},
		{
			Name: "bellhop.money.percent", Doc: "Gives so many percent of an amount, rounded once, half up; of a negative amount what takes back the same.",
			Args:    []field{req("amount", "integer", "in the currency's smallest unit"), req("rate", "number", "in percent: 8.25")},
			Returns: []field{req("part", "integer", "in the currency's smallest unit")},
			Example: `local price = 1500 - bellhop.money.percent(1500, 20) -- happy hour: 1200`,
			call:    (*vm).moneyPercent,
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
		{
			Name: "bellhop.re.match", Doc: "Looks for a regular expression (RE2) and gives its captures, or the whole match if it has none; nil when it is not found. " + docRE,
			Args:    []field{req("text", "string", "where to look"), req("expression", "string", "at most 1 KiB")},
			Returns: []field{opt("capture", "string", "the first; nil when it is not found, or took no part"), {Name: "...", Type: "string", Optional: true, Doc: "the others"}},
			Example: `local room, item = bellhop.re.match("1203: 2x Cola", "^(\\d+): (.*)$")`,
			call:    (*vm).reMatch,
		},
		{
			Name: "bellhop.re.find", Doc: "Looks for a regular expression (RE2) and gives where it is found, and its captures; nil when it is not.",
			Args: []field{
				req("text", "string", "where to look"), req("expression", "string", "at most 1 KiB"), opt("init", "integer", "from which byte on, counted from 1"),
			},
			Returns: []field{
				opt("first", "integer", "the first byte, counted from 1"), opt("last", "integer", "the last byte"),
				{Name: "...", Type: "string", Optional: true, Doc: "the captures"},
			},
			call: (*vm).reFind,
		},
		{
			Name: "bellhop.re.replace", Doc: "Replaces what a regular expression (RE2) fits. In what stands for it %0 is all of it, %1 the first capture, %% a percent sign.",
			Args: []field{
				req("text", "string", "where to look"), req("expression", "string", "at most 1 KiB"), req("with", "string", "what stands for it"),
				opt("most", "integer", "how often at most"),
			},
			Returns: []field{req("text", "string", ""), req("count", "integer", "how often")},
			Example: `local masked = bellhop.re.replace("+86 139 1234 5678", "\\d(\\d{3})$", "x%1")`,
			call:    (*vm).reReplace,
		},
		{
			Name: "bellhop.csv.encode", Doc: "Writes rows as lines of cells, at most 64 KiB.",
			Args: []field{
				req("rows", "(string|number|boolean)[][]", "lists of cells"),
				optionsArg("bellhop.CsvOptions", true, opt("separator", "string", "between cells; a comma without it")),
			},
			Returns: []field{req("text", "string", "")},
			call:    plain(csvEncode),
		},
		{
			Name: "bellhop.csv.decode", Doc: "Reads lines of cells, at most 64 KiB. With head = true each row is a table by the names in the first line.",
			Args: []field{
				req("text", "string", "what is read"),
				optionsArg("bellhop.CsvDecodeOptions", true,
					opt("separator", "string", "between cells; a comma without it"),
					opt("head", "boolean", "the first line has the names of the columns"),
				),
			},
			Returns: []field{opt("rows", "string[][]|table<string, string>[]", "nil for what is none"), opt("error", "string", "why it is none")},
			call:    plain(csvDecode),
		},
	}
}

const docRE = "Bytes count, and a text or expression that is too large is an error."
