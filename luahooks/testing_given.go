package luahooks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"bellhop/hotel"
)

// givers are what can be said to be there before an event comes: the word, and
// what it does with a name and named values.
var givers = map[string]func(t *trial, name string, f fields) error{
	"room":    (*trial).giveRoom,
	"item":    (*trial).giveItem,
	"kv":      (*trial).giveKV,
	"answer":  (*trial).giveAnswer,
	"alert":   (*trial).giveAlert,
	"wakeup":  (*trial).giveWakeUp,
	"staff":   (*trial).giveStaff,
	"takings": (*trial).giveTakings,
	"posting": (*trial).givePosting,
	"call":    (*trial).giveCall,
	"rate":    (*trial).giveRate,
}

func giverNames() []string { return slices.Sorted(maps.Keys(givers)) }

// giveRoom puts a room into the hotel, with a guest unless it is vacant.
func (t *trial) giveRoom(number string, f fields) error {
	if number == "" {
		return errNoName
	}
	vacant, vacantErr := f.flag("vacant", false)
	dnd, dndErr := f.flag("dnd", false)
	waiting, waitingErr := f.flag("waiting", false)
	incognito, incognitoErr := f.flag("incognito", false)
	vip, vipErr := f.whole("vip", 0)
	if err := firstError(vacantErr, dndErr, waitingErr, incognitoErr, vipErr); err != nil {
		return err
	}
	r := hotel.Room{
		Number: number, Extensions: f.list("extensions"), Building: f.text("building"), Floor: f.text("floor"), Minibar: f.text("minibar"),
		Status: hotel.Status(f.text("status")), DND: dnd, Waiting: waiting,
	}
	if r.Status != "" && !r.Status.Known() {
		return fmt.Errorf("status must be dirty, clean, inspected, out-of-order or out-of-service, but it is %q", r.Status)
	}
	s := hotel.Stay{
		ID: cmp.Or(f.text("stay"), "G"+number), Room: number, State: hotel.StayInHouse, CheckIn: t.now.Add(-24 * time.Hour).UTC(),
		VIP: int(vip), Language: f.text("language"), Leaves: f.text("leaves"), Incognito: incognito,
	}
	if vacant {
		s.State, s.CheckOut, r.LastStay = hotel.StayDeparted, t.now.UTC(), s.ID
	} else {
		r.Stay = s.ID
	}
	err := f.known("room", []string{"vacant", "status", "dnd", "waiting", "building", "floor", "minibar", "extensions", "stay", "vip", "language", "leaves", "incognito"})
	if err != nil {
		return err
	}
	t.hotel.Put(hotel.RoomKey(number), r)
	t.hotel.Put(hotel.StayKey(s.ID), s)
	for _, phone := range r.Phones() {
		t.hotel.Put(hotel.ExtensionKey(phone), hotel.Extension{Room: number})
	}
	return nil
}

func (t *trial) giveItem(code string, f fields) error {
	price, err := f.whole("price", -1)
	most, mostErr := f.whole("max", 0)
	if err := firstError(err, mostErr); err != nil {
		return err
	}
	item := hotel.Item{Minibar: cmp.Or(f.text("minibar"), hotel.DefaultMinibar), Code: code, Price: price, Max: int(most)}
	item.Name = cmp.Or(f.text("name"), "item "+code)
	switch {
	case code == "":
		return errNoName
	case price < 0:
		return fmt.Errorf("item %s needs its price, in the currency's smallest unit: given: item %s price=1500", code, code)
	}
	if err := f.known("item", []string{"price", "name", "max", "minibar"}); err != nil {
		return err
	}
	t.hotel.Put(hotel.ItemKey(item.Minibar, code), item)
	return nil
}

// giveKV keeps a value as bellhop.kv.set would. In a comment it follows the key:
// kv seen=3; a text that is JSON is what it says.
func (t *trial) giveKV(key string, f fields) error {
	if key != "" {
		value, given := f.take("value")
		if !given {
			return fmt.Errorf("kv %s needs a value: kv %s=1", key, key)
		}
		f[key] = value
	}
	if len(f) == 0 {
		return errNoName
	}
	for _, key := range slices.Sorted(maps.Keys(f)) {
		value, _ := f.take(key)
		text, isText := value.(string)
		if !isText || !json.Valid([]byte(text)) {
			encoded, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("kv %s: %w", key, err)
			}
			text = string(encoded)
		}
		t.hotel.Put(hotel.KVKey(kvName(t.file), key), text)
	}
	return nil
}

// kvName is under which name a file keeps values.
func kvName(file string) string { return file[:len(file)-len(".lua")] }

// giveAnswer is what bellhop.http.get gives of an address; its name is that.
func (t *trial) giveAnswer(url string, f fields) error {
	status, err := f.whole("status", 200)
	if err != nil {
		return err
	}
	a := hotel.Answer{URL: url, Status: int(status), Error: f.text("error")}
	if body, given := f.take("body"); given {
		a.Body = plainValue(body)
	}
	if a.Error != "" {
		a.Status = 0
	}
	if _, err := hotel.Origin(url); err != nil {
		return fmt.Errorf("answer %q is of %w", clip(url, 100), err)
	}
	if err := f.known("answer", []string{"status", "body", "error"}); err != nil {
		return err
	}
	t.answers[url] = a
	return nil
}

func (t *trial) giveAlert(code string, f fields) error {
	a := hotel.Alert{
		ID: fmt.Sprintf("a%d", t.hotel.Next()), Code: cmp.Or(code, hotel.AlertHook), Room: f.text("room"), Count: 1,
		First: t.now.UTC(), Last: t.now.UTC(), Params: map[string]string{"hook": t.file},
	}
	for name := range maps.Clone(f) {
		a.Params[name] = f.text(name)
	}
	t.hotel.Put(hotel.AlertKey(a.ID), a)
	return nil
}

func (t *trial) giveWakeUp(room string, f fields) error {
	w := hotel.WakeUp{
		ID: cmp.Or(f.text("id"), fmt.Sprintf("W%d", t.hotel.Next())), Room: room, Time: f.text("at"), Date: cmp.Or(f.text("date"), t.now.Format(time.DateOnly)),
		State: hotel.WakeUpState(cmp.Or(f.text("state"), string(hotel.WakeUpScheduled))), Repeat: hotel.WakeOnce,
		Group: f.text("group"), Language: f.text("language"), Stay: f.text("stay"),
	}
	if daily, err := f.flag("daily", false); err != nil {
		return err
	} else if daily {
		w.Repeat = hotel.WakeDaily
	}
	due, err := time.ParseInLocation("2006-01-02 15:04", w.Date+" "+w.Time, t.place.Zone)
	switch {
	case room == "":
		return errNoName
	case err != nil:
		return fmt.Errorf("wakeup %s needs a time: given: wakeup %s at=07:00 date=2026-11-23", room, room)
	}
	w.Due = due.UTC()
	if err := f.known("wakeup", []string{"id", "at", "date", "state", "daily", "group", "language", "stay"}); err != nil {
		return err
	}
	if !t.hotel.has(hotel.RoomKey(room)) {
		if err := t.giveRoom(room, fields{}); err != nil {
			return err
		}
	}
	t.hotel.Put(hotel.WakeUpKey(w.ID), w)
	return nil
}

func (t *trial) giveStaff(code string, f fields) error {
	s := hotel.Staff{Code: code, Name: cmp.Or(f.text("name"), "somebody")}
	if code == "" {
		return errNoName
	}
	t.hotel.Put(hotel.StaffKey(code), s)
	return f.known("staff", []string{"name"})
}

// giveTakings adds what was charged on a day: takings 2026-03-01 minibar=4500.
func (t *trial) giveTakings(date string, f fields) error {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return fmt.Errorf("takings needs a date: given: takings 2026-03-01 minibar=4500")
	}
	day := hotel.Takings{}
	t.hotel.Get(hotel.TakingsKey(date), &day)
	for _, kind := range slices.Sorted(maps.Keys(f)) {
		amount, err := strconv.ParseInt(f.text(kind), 10, 64)
		if err != nil {
			return fmt.Errorf("takings: what %s came to must be a whole number", kind)
		}
		day[kind] = hotel.Taking{Count: day[kind].Count + 1, Amount: day[kind].Amount + amount}
	}
	t.hotel.Put(hotel.TakingsKey(date), day)
	return nil
}
