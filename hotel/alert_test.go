package hotel

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

func hookAlert(text string) Effect {
	return Effect{Alert: &RaiseAlert{Code: AlertHook, Room: "101", Params: map[string]string{"text": text}}}
}

func openAlerts(tx *memTx) (all []Alert) {
	tx.List(PrefixAlert, func(_ string, decode func(any) bool) bool {
		var al Alert
		decode(&al)
		all = append(all, al)
		return true
	})
	return all
}

func TestEqualAlertsAreCounted(t *testing.T) {
	tx := smallHotel()
	at := func(id uint64, minutes int) {
		t.Helper()
		ev := &Event{ID: id, Time: eventTime.Add(time.Duration(minutes) * time.Minute)}
		must(Apply(tx, ev, "h", []Effect{hookAlert("no towels")}, withPMS))
	}
	at(7, 0)
	at(8, 10)
	at(9, 5) // it had to wait
	all := openAlerts(tx)
	if len(all) != 1 {
		t.Fatalf("open alerts: %+v", all)
	}
	want := Alert{
		ID: all[0].ID, Code: AlertHook, Room: "101", Params: map[string]string{"text": "no towels"}, Event: 7, Count: 3,
		First: eventTime, Last: eventTime.Add(10 * time.Minute),
	}
	equal(t, "alert", all[0], want)
	equal(t, "key", tx.keys()[0], AlertKey(want.ID))
	equal(t, "length of the id", len(want.ID), 8)
	equal(t, "emitted", tx.emitted, []Event{{Kind: KindAlert, Room: "101", Fields: map[string]string{"alert": want.ID, "code": AlertHook}}})
	equal(t, "queued", len(tx.queued), 0)

	apply(t, tx, noPMS, Effect{ResolveAlert: &ResolveAlert{ID: want.ID}})
	equal(t, "open alerts after it was resolved", len(openAlerts(tx)), 0)
	refused(t, tx, Invalid{"alert", "id", "must be an open alert", want.ID}, Effect{ResolveAlert: &ResolveAlert{ID: want.ID}})
	at(10, 20)
	equal(t, "events after it came again", len(tx.emitted), 2)
	equal(t, "alert that came again", openAlerts(tx)[0].Event, uint64(10))
}

func TestJoinedAlertsAreOne(t *testing.T) {
	tx := smallHotel()
	gap := func(from, to, why string) Effect {
		return Effect{Alert: &RaiseAlert{Code: AlertGap, Joined: true, Params: map[string]string{"from": from, "to": to, "why": why}}}
	}
	apply(t, tx, noPMS, gap("3:00", "3:01", "hung up"), gap("3:05", "3:07", "no answer"), hookAlert("no towels"))
	all := openAlerts(tx)
	if len(all) != 2 {
		t.Fatalf("open alerts: %+v", all)
	}
	i := 0
	if all[0].Code != AlertGap {
		i = 1
	}
	equal(t, "parameters", all[i].Params, map[string]string{"from": "3:00", "to": "3:07", "why": "no answer"})
	equal(t, "count", all[i].Count, 2)
	apply(t, tx, noPMS, Effect{ResolveAlert: &ResolveAlert{ID: all[i].ID}}, gap("4:00", "4:01", "hung up"))
	for _, al := range openAlerts(tx) {
		if al.Code == AlertGap {
			equal(t, "after it was resolved", al.Params["from"], "4:00")
		}
	}
}

func TestDifferentAlertsAreKeptApart(t *testing.T) {
	alerts := []RaiseAlert{
		{Code: "a"}, {Code: "a", Room: "1"}, {Code: "a1"}, {Code: "a", Params: map[string]string{"k": ""}},
		{Code: "a", Params: map[string]string{"k": "v"}}, {Code: "a", Params: map[string]string{"kv": ""}},
		{Code: "a", Params: map[string]string{"k": "v", "l": "w"}}, {Code: "a", Params: map[string]string{"k": "v\x00l\x00w"}},
		{Code: "a", Params: map[string]string{"k": `v""l"w`}}, {Code: "a", Params: map[string]string{"k": `v"`, "l": "w"}},
		{Code: "a\x001"},
	}
	tx := newTx(nil)
	for _, r := range alerts {
		apply(t, tx, noPMS, Effect{Alert: &r}, Effect{Alert: &r})
	}
	all := openAlerts(tx)
	equal(t, "number of alerts", len(all), len(alerts))
	for _, al := range all {
		equal(t, "count of "+fmt.Sprintf("%+v", al), al.Count, 2)
	}
}

// Two alerts whose short ids happen to be equal are still two.
func TestAlertsWithEqualShortIDs(t *testing.T) {
	first := map[[4]byte]string{}
	for n := 0; ; n++ {
		text := fmt.Sprint(n)
		sum := alertSum(hookAlert(text).Alert)
		short := [4]byte(sum)
		other, found := first[short]
		first[short] = text
		if !found {
			continue
		}
		tx := newTx(nil)
		apply(t, tx, noPMS, hookAlert(other), hookAlert(text), hookAlert(other), hookAlert(text), hookAlert(text))
		equal(t, "count of the first", record[Alert](tx, AlertKey(hex.EncodeToString(short[:]))).Count, 2)
		equal(t, "count of the second", record[Alert](tx, AlertKey(hex.EncodeToString(sum[:8]))).Count, 3)
		return
	}
}

func TestAlertsAreClipped(t *testing.T) {
	tx := newTx(nil)
	long := strings.Repeat("x", maxText)
	raise := Effect{Alert: &RaiseAlert{Code: long + "1", Room: long + "1", Params: map[string]string{long + "1": "a\xff" + long}}}
	apply(t, tx, noPMS, raise, raise)
	al := openAlerts(tx)[0]
	equal(t, "alert", []any{al.Code, al.Room, al.Params, al.Count}, []any{long, long, map[string]string{long: "a\uFFFD" + long[4:]}, 2})
	equal(t, "room of the event", tx.emitted[0].Room, long)
	equal(t, "keys", len(tx.state), 1)
}

func TestTooManyAlerts(t *testing.T) {
	tx := newTx(nil)
	for n := range maxAlerts {
		tx.Put(AlertKey(fmt.Sprintf("x%d", n)), Alert{Count: 1})
	}
	tx.Delete(AlertKey("x0"))
	apply(t, tx, noPMS, hookAlert("the last that fits"))
	equal(t, "alerts", countTo(tx, PrefixAlert, 2*maxAlerts), maxAlerts)

	apply(t, tx, noPMS, hookAlert("one more"), hookAlert("two more"), hookAlert("the last that fits"))
	equal(t, "alerts", countTo(tx, PrefixAlert, 2*maxAlerts), maxAlerts+1)
	id := hex.EncodeToString(alertSum(&RaiseAlert{Code: AlertMany})[:4])
	equal(t, "the alert of too many", record[Alert](tx, AlertKey(id)), Alert{ID: id, Code: AlertMany, Event: 7, Count: 2, First: eventTime, Last: eventTime})
	fits := hex.EncodeToString(alertSum(hookAlert("the last that fits").Alert)[:4])
	equal(t, "count of one that is open", record[Alert](tx, AlertKey(fits)).Count, 2)
	var codes []string
	for _, e := range tx.emitted {
		codes = append(codes, e.Fields["code"])
	}
	equal(t, "emitted", codes, []string{AlertHook, AlertMany})
}

func TestAlertText(t *testing.T) {
	cases := []struct {
		name     string
		alert    Alert
		language string
		want     string
	}{
		{"English", Alert{Code: AlertWrongPIN, Params: map[string]string{"staff": "12"}}, "en", "Three wrong PINs for staff number 12"},
		{"Chinese", Alert{Code: AlertWrongPIN, Params: map[string]string{"staff": "12"}}, "zh", "员工号 12 连续三次输错密码"},
		{"another language", Alert{Code: AlertMany}, "fr", "There are more alerts than can be kept apart"},
		{"a hook's own words", Alert{Code: AlertHook, Params: map[string]string{"text": "no {hook}", "hook": "minibar"}}, "en", "no {hook}"},
		{"a value that is not known", Alert{Code: AlertRefused, Params: map[string]string{"to": "pms", "op": "posting"}}, "en", `pms refused posting: ?. What waits: "bellhop queue list --parked"; of charges: "bellhop postings list --state refused"`},
		{"an unknown code", Alert{Code: "new", Params: map[string]string{"k": "v"}}, "zh", "new map[k:v]"},
		{"an unknown code alone", Alert{Code: "new"}, "en", "new map[]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			equal(t, "text", c.alert.Text(c.language), c.want)
		})
	}
}

// Each text names the same parameters in both languages.
func TestAlertTextsSayTheSame(t *testing.T) {
	for code, texts := range alertTexts {
		names := [2]map[string]bool{{}, {}}
		for i, text := range texts {
			if text == "" {
				t.Errorf("%s has no text in language %d", code, i)
			}
			for _, name := range placeholder.FindAllString(text, -1) {
				names[i][name] = true
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
				t.Errorf("%s has a brace that is no parameter: %s", code, text)
			}
		}
		equal(t, code, names[0], names[1])
	}
}
