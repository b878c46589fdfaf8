package hotel

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// emergencyNumbers are those by which help is called, by country (ISO 3166):
// 112 in the European Union, by its directive, and beside it the numbers of
// police, fire brigade and ambulance that each country goes on answering; else
// those that the country's own telephone regulator has published, as far as
// they are known for sure. They change: an installer compares them with what
// stands in the country's telephone book, and config key emergency.numbers
// replaces them.
var emergencyNumbers = map[string][]string{
	// East and south Asia.
	"CN": {"110", "119", "120", "122"}, "HK": {"999"}, "MO": {"110", "112", "999"}, "TW": {"110", "119"},
	"JP": {"110", "118", "119"}, "KR": {"112", "119"}, "MN": {"101", "102", "103", "105"},
	"SG": {"995", "999"}, "MY": {"999"}, "TH": {"191", "199", "1669"}, "VN": {"113", "114", "115"},
	"KH": {"117", "118", "119"}, "LA": {"190", "191", "195"}, "MM": {"191", "192", "199"},
	"ID": {"110", "112", "113", "118"}, "PH": {"911"}, "IN": {"100", "101", "108", "112"}, "LK": {"110", "119", "1990"},
	"NP": {"100", "101", "102"}, "BD": {"999"}, "MV": {"102", "118", "119"},
	// The Near East and Africa.
	"AE": {"997", "998", "999"}, "SA": {"911", "997", "998", "999"}, "QA": {"999"}, "BH": {"999"}, "KW": {"112"},
	"OM": {"9999"}, "JO": {"911"}, "IL": {"100", "101", "102"}, "TR": {"112"}, "EG": {"122", "123", "180"},
	"MA": {"15", "19"}, "ZA": {"10111", "10177", "112"}, "KE": {"112", "999"}, "NG": {"112"},
	// The Americas.
	"US": {"911"}, "CA": {"911"}, "MX": {"911"}, "PR": {"911"}, "CR": {"911"}, "PA": {"911"}, "DO": {"911"},
	"BR": {"190", "192", "193"}, "AR": {"100", "107", "911"}, "CL": {"131", "132", "133"}, "CO": {"123"},
	"PE": {"105", "106", "116"}, "EC": {"911"}, "UY": {"911"},
	// Oceania.
	"AU": {"000", "106", "112"}, "NZ": {"111"},
	// The European Union.
	"AT": {"112", "122", "133", "144"}, "BE": {"100", "101", "112"}, "BG": {"112"}, "HR": {"112", "192", "193", "194"},
	"CY": {"112", "199"}, "CZ": {"112", "150", "155", "158"}, "DK": {"112"}, "EE": {"112"}, "FI": {"112"},
	"FR": {"112", "15", "17", "18"}, "DE": {"110", "112"}, "GR": {"100", "112", "166", "199"},
	"HU": {"104", "105", "107", "112"}, "IE": {"112", "999"}, "IT": {"112", "113", "115", "118"},
	"LV": {"110", "112", "113"}, "LT": {"112"}, "LU": {"112", "113"}, "MT": {"112"}, "NL": {"112"},
	"PL": {"112", "997", "998", "999"}, "PT": {"112"}, "RO": {"112"}, "SK": {"112", "150", "155", "158"},
	"SI": {"112", "113"}, "ES": {"061", "062", "091", "112"}, "SE": {"112"},
	// The rest of Europe, and its neighbours.
	"GB": {"112", "999"}, "CH": {"112", "117", "118", "144"}, "LI": {"112", "117", "118", "144"}, "NO": {"110", "112", "113"},
	"IS": {"112"}, "MC": {"112", "15", "17", "18"}, "RS": {"112", "192", "193", "194"}, "UA": {"101", "102", "103", "112"},
	"RU": {"101", "102", "103", "112"}, "BY": {"101", "102", "103", "112"}, "KZ": {"101", "102", "103", "112"},
	"GE": {"112"},
}

// Emergency knows which numbers call for help, and what may be dialled before
// them. Its zero value knows none.
type Emergency struct {
	numbers, prefixes []string
}

// NewEmergency takes the numbers of a country (ISO 3166), or own ones in their
// place, and what may stand before them to get an outside line.
func NewEmergency(country string, own, prefixes []string) Emergency {
	if len(own) == 0 {
		own = emergencyNumbers[country]
	}
	return Emergency{numbers: own, prefixes: prefixes}
}

// Numbers are those that call for help; none: the country's are not known.
func (e Emergency) Numbers() []string { return e.numbers }

// Prefixes are what may be dialled before a number for an outside line.
func (e Emergency) Prefixes() []string { return e.prefixes }

// Meant gives the number for help that was dialled, without an outside prefix;
// empty: it was something else.
func (e Emergency) Meant(dialled string) string {
	for _, number := range e.numbers {
		if dialled == number {
			return number
		}
	}
	for _, prefix := range e.prefixes {
		if rest, has := strings.CutPrefix(dialled, prefix); has && prefix != "" && slices.Contains(e.numbers, rest) {
			return rest
		}
	}
	return ""
}

// In gives the number for help that an event of a PBX tells was dialled: in a
// call that goes on, in its record, or in its failure; empty: none. ours tells
// whether the house has a telephone of a number: rooms are called 110, too, and
// who dials that reaches the room.
func (e Emergency) In(ev *Event, ours func(number string) bool) string {
	switch ev.Kind {
	case KindCall, KindCallFailed:
		for _, m := range ev.Members {
			if m.Role != RoleOutbound {
				continue
			}
			if number := e.Meant(m.To); number != "" {
				return number
			}
		}
	case KindCDR:
		if ev.CDR == nil {
			return ""
		}
		number := e.Meant(ev.CDR.To)
		if number != "" && (ev.CDR.wentOut() || ev.CDR.refused() && !ours(ev.CDR.To)) {
			return number
		}
	}
	return ""
}

// wentOut tells whether the call left the house.
func (c *CDR) wentOut() bool { return c.Type == "Outbound" || c.DestLine != "" }

// refused tells whether the PBX did not carry the call out. It calls one that
// no route takes an internal one.
func (c *CDR) refused() bool { return c.Type != "Inbound" && c.Status == "FAILED" }

// CallForHelp notes that the event's call is one for help, and tells the desk.
type CallForHelp struct {
	// Number is the one for help; empty: of the call it is known whether it was.
	Number string `json:"number,omitempty"`
	// Failed says why it did not get through; empty: nothing says that.
	Failed string `json:"failed,omitempty"`
}

// emergencyRules tell of a call for help as soon as it is known. A failure does
// not tell what was dialled: whether it is about a call for help, the commit
// finds out.
func emergencyRules(ev *Event) []Effect {
	help := &CallForHelp{Number: ev.Emergency}
	switch {
	case ev.Kind == KindCallFailed && (ev.Emergency != "" || ev.CallID != ""):
		help.Failed = failureOf(ev)
	case ev.Emergency == "":
		return nil
	case ev.CDR != nil && (ev.CDR.Status == "FAILED" || ev.CDR.Status == "BUSY"):
		help.Failed = ev.CDR.Status
	}
	return []Effect{{Emergency: help}}
}

func failureOf(ev *Event) string {
	if reason := ev.Fields["reason"]; reason != "" {
		return reason
	}
	return "FAILED"
}

// PrefixEmergency begins the keys of the [HelpRecord] records.
const PrefixEmergency = "emergency/"

// HelpRecord is what is remembered of a call for help, so that its later
// reports do not tell of it anew, also when the desk has seen the alert.
type HelpRecord struct {
	Number string    `json:"number"`
	Time   time.Time `json:"time"` // of the first report
	// The ids of the alerts; empty: there was none.
	Alert  string `json:"alert,omitempty"`
	Failed string `json:"failed,omitempty"` // of the one that says that it did not get through
}

const (
	// helpKept is longer than call records are fetched for.
	helpKept = 40 * 24 * time.Hour
	maxHelp  = 1000
)

func (a *applier) emergency(h *CallForHelp) error {
	key := PrefixEmergency + a.ev.Serial + "/" + a.ev.CallID
	if a.ev.CallID == "" {
		key = PrefixEmergency + "event/" + strconv.FormatUint(a.ev.ID, 10) // a call of its own
	}
	var record HelpRecord
	known := a.tx.Get(key, &record)
	switch {
	case !known && h.Number == "":
		return nil
	case !known:
		a.forgetHelp()
		record = HelpRecord{Number: h.Number, Time: a.ev.Time}
	}
	if err := a.tellOfHelp(h, &record); err != nil {
		return err
	}
	a.tx.Put(key, record)
	return nil
}

// tellOfHelp raises the alerts of a call, each once; later reports are counted
// as long as nobody has resolved it. A call that the PBX refused from the
// beginning is told of as that alone.
func (a *applier) tellOfHelp(h *CallForHelp, record *HelpRecord) (err error) {
	switch {
	case h.Failed != "" && record.Failed == "":
		record.Failed, err = a.raise(a.helpAlert(AlertNoHelp, record.Number, h.Failed))
	case h.Failed != "":
		a.countAlert(record.Failed)
	case record.Alert == "" && record.Failed == "":
		record.Alert, err = a.raise(a.helpAlert(AlertEmergency, record.Number, ""))
	default:
		a.countAlert(cmp.Or(record.Alert, record.Failed))
	}
	return err
}

// helpAlert says who calls for help. Of the guests it holds the ids of their
// stays alone: names are looked up when it is shown.
func (a *applier) helpAlert(code, number, failed string) *RaiseAlert {
	params := map[string]string{"number": number, "extension": a.ev.Extension, "call": a.ev.CallID, "error": failed}
	if a.ev.CDR != nil { // it may have been fetched long after
		params["at"] = a.ev.CDR.Start
	}
	var r Room
	if a.ev.Room != "" && a.tx.Get(RoomKey(a.ev.Room), &r) {
		params["building"], params["floor"] = r.Building, r.Floor
		if r.Stay != "" {
			params["stay"] = strings.Join(append([]string{r.Stay}, r.Sharers...), staysBetween)
		}
	}
	maps.DeleteFunc(params, func(_, value string) bool { return value == "" })
	return &RaiseAlert{Code: code, Room: a.ev.Room, Params: params}
}

// countAlert counts a further report of an alert that is still open.
func (a *applier) countAlert(id string) {
	var al Alert
	if id == "" || !a.tx.Get(AlertKey(id), &al) {
		return
	}
	al.Count++
	if a.ev.Time.After(al.Last) {
		al.Last = a.ev.Time
	}
	a.tx.Put(AlertKey(id), al)
}

// forgetHelp makes room for one more record.
func (a *applier) forgetHelp() {
	kept := 0
	var oldest string
	var at time.Time
	var gone []string
	a.tx.List(PrefixEmergency, func(key string, decode func(any) bool) bool {
		var r HelpRecord
		switch decode(&r); {
		case a.ev.Time.Sub(r.Time) > helpKept:
			gone = append(gone, key)
			return true
		case oldest == "" || r.Time.Before(at):
			oldest, at = key, r.Time
		}
		kept++
		return true
	})
	if kept >= maxHelp {
		gone = append(gone, oldest)
	}
	for _, key := range gone {
		a.tx.Delete(key)
	}
}
