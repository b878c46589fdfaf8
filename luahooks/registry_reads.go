package luahooks

// readFunctions are what a hook can read of the hotel.
func readFunctions() []function {
	return []function{
		{
			Name: "bellhop.room", Doc: "Gives a room; nil if there is no such.",
			Args:    []field{opt("number", "string", docRoom)},
			Returns: []field{opt("room", "bellhop.Room", "")},
			Example: `local room = bellhop.room("1203")
if room and room.occupied then bellhop.log(room.leaves or "stays") end`,
			call: (*vm).room,
		},
		{
			Name: "bellhop.rooms", Doc: "Gives all rooms, by number.",
			Returns: []field{req("rooms", "bellhop.Room[]", "")}, call: (*vm).rooms,
		},
		{
			Name: "bellhop.stay", Doc: "Gives a stay, without the guest's name; nil if there is none, or it is not kept any more.",
			Args:    []field{opt("id", "string", "the stay's id")},
			Returns: []field{opt("stay", "bellhop.Stay", "")}, call: (*vm).stay,
		},
		{
			Name: "bellhop.stays", Doc: "Gives who stays in a room, the one first whom the telephones show; without a room those of all rooms.",
			Args:    []field{opt("room", "string", docRoom)},
			Returns: []field{req("stays", "bellhop.Stay[]", "")}, call: (*vm).stays,
		},
		{
			Name: "bellhop.alerts", Doc: "Gives the open alerts, the oldest first, in the hotel's language and without names of guests.",
			Returns: []field{req("alerts", "bellhop.Alert[]", "")}, call: (*vm).alerts,
		},
		{
			Name: "bellhop.wakeups",
			Doc: "Gives the wake-ups that are not over, the earliest first; with a date those that ring on it. With ended = true what came of those that are over, the earlier first. " +
				"Those are kept for `store.keep`; of one that repeats the newest day.",
			Args: []field{optionsArg("bellhop.WakeupsOptions", true,
				opt("date", "string", "the day on which they ring, or were due"),
				opt("ended", "boolean", "those that are over"),
				opt("since", "integer", "of those that are over: due since then, seconds since 1970"),
			)},
			Returns: []field{req("wakeups", "bellhop.Wakeup[]", "")}, call: (*vm).wakeups,
		},
		{
			Name: "bellhop.takings", Doc: "Gives what was charged on a day of the hotel, by kind of posting (minibar, call, other, payment). The newest 62 days are kept.",
			Args:    []field{req("date", "string", `"2026-11-22"`)},
			Returns: []field{req("takings", "table<string, bellhop.Taking>", "")}, call: (*vm).takings,
		},
		{
			Name: "bellhop.minibar.item", Doc: "Gives an item of a minibar; nil if there is none. Without a price list: that of the feature code if it is a special one, else the room's.",
			Args:    []field{opt("code", "string", "the item's code"), opt("minibar", "string", "the price list")},
			Returns: []field{opt("item", "bellhop.Item", "")}, call: (*vm).minibarItem,
		},
		{
			Name: "bellhop.minibar.items", Doc: "Gives a price list, by the items' codes. Without its name: as bellhop.minibar.item.",
			Args:    []field{opt("minibar", "string", "the price list")},
			Returns: []field{req("items", "bellhop.Item[]", "")}, call: (*vm).minibarItems,
		},
		{
			Name: "bellhop.kv.get", Doc: "Gives what this file kept, also earlier in this run; or nil.",
			Args:    []field{req("key", "string", "1 to 128 bytes")},
			Returns: []field{opt("value", "any", "")}, call: (*vm).kvGet,
		},
		{
			Name: "bellhop.http.get", Doc: "Asks another system at once: 2 seconds, 64 KiB, 8 in one run. Nothing else reaches outside before the hook has ended.",
			Args:    []field{req("url", typeURL, "http or https")},
			Returns: []field{opt("body", "string", "nil when there was no answer"), req("status", "integer|string", "the status, or why there was no answer")},
			call:    (*vm).httpGet,
		},
	}
}
