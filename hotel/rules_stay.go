package hotel

import "strconv"

func checkInOf(ev *Event) *CheckIn {
	f := ev.Fields
	c := &CheckIn{
		Room: ev.Room, Stay: f["stay"], Name: nameOf(f["name"]), Class: f["class"], Leaves: f["leaves"], Language: f["language"],
		Incognito: said(ev, "incognito"), Share: said(ev, "share"),
	}
	if f["limit"] != "" {
		c.Limit = limitOf(f["limit"])
	}
	if f["vip"] == "" {
		return c
	}
	var err error
	if c.VIP, err = strconv.Atoi(f["vip"]); err != nil {
		c.VIP = -1 // no level: the order is refused
	}
	return c
}

// said tells whether an order has a field that is either there or not.
func said(ev *Event, field string) bool { return ev.Fields[field] == "true" }
