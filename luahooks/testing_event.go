package luahooks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
)

// usualServices are the feature codes of a hotel that has changed none.
var usualServices = hotel.Services{
	Housekeeping: "777", Minibars: map[string]string{"778": hotel.DefaultMinibar},
	WakeUp: "779", DND: "76", Confirm: "775", RoomStatus: "*56",
}

// buildEvent makes the event that an example or a test describes, as a real one
// is made: digits are read by the hotel's own parser, and a telephone belongs to
// the room that has it.
func (t *trial) buildEvent(kind string, f fields) (*hotel.Event, error) {
	f = maps.Clone(f)
	t.events++
	ev := &hotel.Event{ID: 1000 + t.events, Kind: hotel.Kind(kind), Time: t.now.UTC(), Source: hotel.SourcePBX}
	if !slices.Contains(hookKinds, ev.Kind) && ev.Kind != hotel.KindCron {
		return nil, fmt.Errorf("there is no event kind %q; the kinds are %s, cron", clip(kind, 50), kindList())
	}
	if err := f.known(kind, givenFields(ev.Kind)); err != nil {
		return nil, err // it may be why something else is missing
	}
	ev.Room, ev.Extension = f.text("room"), f.text("extension")
	ev.CallID, ev.Serial, ev.Emergency = f.text("callid"), f.text("serial"), f.text("emergency")
	if err := t.membersOf(ev, f); err != nil {
		return nil, err
	}
	var err error
	switch {
	case slices.Contains(digitKinds, ev.Kind):
		err = t.dial(ev, f)
	case ev.Kind == hotel.KindCDR:
		err = t.cdr(ev, f)
	case ev.Kind == hotel.KindCron:
		ev.Source, ev.Name = hotel.SourceCron, f.text("job")
		if ev.Name == "" {
			return nil, fmt.Errorf("cron needs the job: event: cron job=morning-report")
		}
		ev.Fields = map[string]string{"due": t.now.UTC().Format(time.RFC3339)}
		takeRest(ev, f)
	default:
		t.ofBellhop(ev, f)
		takeRest(ev, f)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	return ev, t.settleIn(ev)
}

// givenFields are what an event of digits or a call may be given; nil for the
// others, which take any field.
func givenFields(kind hotel.Kind) []string {
	common := []string{"room", "extension", "callid", "serial", "members"}
	own := map[hotel.Kind][]string{
		hotel.KindDTMF:          {"digits", "key", "key_index"},
		hotel.KindMinibar:       {"item", "count", "removal", "nothing", "minibar", "seq", "staff", "digits"},
		hotel.KindHousekeeping:  {"status", "clear", "caller_room", "digits"},
		hotel.KindWakeUpRequest: {"at", "cancel", "hear", "digits"},
		hotel.KindConfirm:       {"key", "caller_room", "digits"},
		hotel.KindCDR:           {"from", "to", "start", "duration", "talk", "status", "type", "source_trunk", "dest_trunk", "recording", "did", "emergency"},
	}
	if own[kind] == nil {
		return nil
	}
	return append(own[kind], common...)
}

func takeRest(ev *hotel.Event, f fields) {
	if ev.Fields == nil {
		ev.Fields = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		ev.Fields[name] = f.text(name)
	}
}

func (t *trial) membersOf(ev *hotel.Event, f fields) error {
	list, given := f.take("members")
	if !given {
		return nil
	}
	text, err := json.Marshal(list)
	if err == nil {
		err = json.Unmarshal(text, &ev.Members)
	}
	if err != nil {
		return fmt.Errorf(`members must be a list such as [{"role":"ext","number":"1203"}]`)
	}
	return nil
}

// dial makes a dtmf event. Without digits it makes those that a telephone would
// have dialled.
func (t *trial) dial(ev *hotel.Event, f fields) error {
	kind := ev.Kind
	ev.Kind, ev.Digits = hotel.KindDTMF, f.text("digits")
	if kind == hotel.KindDTMF {
		index, err := f.whole("key_index", 0)
		ev.Key, ev.KeyIndex = f.text("key"), int(index)
		if err == nil && ev.Digits == "" && ev.Key == "" {
			err = fmt.Errorf("digits are missing: event: dtmf room=1203 digits=555*2")
		}
		t.read(ev)
		return err
	}
	if ev.Digits == "" {
		digits, err := t.digits(ev, kind, f)
		if err != nil {
			return err
		}
		ev.Digits = digits
	}
	t.read(ev)
	if ev.Entry == nil || ev.Entry.EventKind() != kind {
		return fmt.Errorf("%q means no %s entry on a telephone of this hotel", clip(ev.Digits, 60), kind)
	}
	return nil
}

func (t *trial) read(ev *hotel.Event) {
	if e, ok := t.place.Services.ParseDigits(ev.Digits); ok {
		ev.Entry = &e
	}
}

// digits is what a telephone dials for an entry.
func (t *trial) digits(ev *hotel.Event, kind hotel.Kind, f fields) (string, error) {
	s := t.place.Services
	other := "" // the room that the digits name
	if caller := f.text("caller_room"); caller != "" && caller != ev.Room {
		other, ev.Room = "*"+ev.Room, caller
	}
	switch kind {
	case hotel.KindMinibar:
		return t.minibarDigits(f)
	case hotel.KindHousekeeping:
		if clear, err := f.flag("clear", false); clear || err != nil {
			return "*0" + strings.TrimPrefix(s.RoomStatus, "*"), err
		}
		return s.Housekeeping + "*" + f.text("status") + other, nil
	case hotel.KindWakeUpRequest:
		cancel, err := f.flag("cancel", false)
		hear, hearErr := f.flag("hear", false)
		args := strings.ReplaceAll(f.text("at"), ":", "")
		switch {
		case cancel:
			args = "C"
		case hear:
			args = "H"
		}
		return s.WakeUp + "*" + args, firstError(err, hearErr)
	default:
		return s.Confirm + "*" + f.text("key") + other, nil
	}
}

func (t *trial) minibarDigits(f fields) (string, error) {
	removal, err := f.flag("removal", false)
	nothing, nothingErr := f.flag("nothing", false)
	code, codeErr := t.minibarCode(f.text("minibar"))
	if err := firstError(err, nothingErr, codeErr); err != nil {
		return "", err
	}
	words := []string{code}
	seq, staff := f.text("seq"), f.text("staff")
	switch {
	case nothing:
		words = append(words, "N")
	case removal:
		words = append(words, "R", f.text("item"), cmp.Or(f.text("count"), "1"))
	default:
		words = append(words, f.text("item"), cmp.Or(f.text("count"), "1"))
	}
	if seq == "" && (removal || nothing || staff != "") {
		seq = "1"
	}
	if seq != "" {
		words = append(words, seq)
	}
	if staff != "" {
		words = append(words, staff)
	}
	return strings.Join(words, "*"), nil
}

// minibarCode is the feature code of a price list; empty names the usual one.
func (t *trial) minibarCode(list string) (string, error) {
	codes := t.place.Services.Minibars
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if codes[code] == cmp.Or(list, hotel.DefaultMinibar) {
			return code, nil
		}
	}
	if list == "" {
		return "", fmt.Errorf("this hotel has no feature code for a minibar")
	}
	return "", fmt.Errorf("no feature code is for the price list %q; a room's own is: given: room 1203 minibar=%s", list, list)
}

func (t *trial) cdr(ev *hotel.Event, f fields) error {
	talk, err := f.whole("talk", 60)
	duration, durationErr := f.whole("duration", talk)
	c := &hotel.CDR{
		Start: cmp.Or(f.text("start"), t.now.Format(time.DateTime)), From: cmp.Or(f.text("from"), ev.Extension, ev.Room), To: f.text("to"),
		Duration: int(duration), Talk: int(talk), Status: cmp.Or(f.text("status"), "ANSWERED"), Type: cmp.Or(f.text("type"), "Outbound"),
		SourceLine: f.text("source_trunk"), DestLine: f.text("dest_trunk"), Recording: f.text("recording"), DID: f.text("did"),
	}
	if c.Status != "ANSWERED" {
		c.Talk = 0
	}
	ev.CDR = c
	return firstError(err, durationErr)
}

// ofBellhop is for the kinds whose event has more than fields.
func (t *trial) ofBellhop(ev *hotel.Event, f fields) {
	switch ev.Kind {
	case hotel.KindCheckIn, hotel.KindCheckOut, hotel.KindMove:
		ev.Source = hotel.SourceCommand
	case hotel.KindWakeUp:
		ev.Source = hotel.SourceAgent
		if at, given := f.take("at"); given {
			f["time"] = at // as the event itself names it
		}
		if _, given := f["due"]; !given {
			f["due"] = t.now.UTC().Format(time.RFC3339)
		}
	case hotel.KindPosting, hotel.KindAlert, hotel.KindDelivered, hotel.KindRefused, hotel.KindExpired:
		ev.Source = hotel.SourceAgent
	}
}

// settleIn puts into the hotel what an event takes for granted: its room exists,
// and has a guest. It also finds the room of a telephone.
func (t *trial) settleIn(ev *hotel.Event) error {
	if ev.Room == "" && ev.Extension == "" && ev.CDR != nil {
		ev.Extension = ev.CDR.From
	}
	if room, known := hotel.RoomOf(t.hotel, ev.Extension); known && ev.Room == "" {
		ev.Room = room.Number
	}
	rooms := []string{ev.Room}
	if ev.Entry != nil {
		rooms = append(rooms, ev.Entry.Room)
	}
	for _, number := range rooms {
		if number == "" || t.hotel.has(hotel.RoomKey(number)) {
			continue
		}
		f := fields{"vacant": ev.Kind == hotel.KindCheckOut}
		if ev.Kind == hotel.KindCheckIn { // hooks see the room as the check-in has left it
			for _, name := range []string{"stay", "vip", "language", "leaves"} {
				if v := ev.Fields[name]; v != "" {
					f[name] = v
				}
			}
		}
		if err := t.giveRoom(number, f); err != nil {
			return err
		}
	}
	var room hotel.Room
	if ev.Room != "" && ev.Extension == "" && t.hotel.Get(hotel.RoomKey(ev.Room), &room) {
		ev.Extension = room.Phones()[0]
	}
	return nil
}
