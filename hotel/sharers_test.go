package hotel

import (
	"testing"
	"time"
)

func (tx *memTx) stay(id string) Stay { return record[Stay](tx, StayKey(id)) }

func (tx *memTx) phone(extension string) Phone { return record[Phone](tx, PhoneKey(extension)) }

// shared is a hotel with two guests in room 103.
func shared(t *testing.T) *memTx {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G2", Name: "Li", Class: "local", Leaves: "2026-03-04"}},
		Effect{CheckIn: &CheckIn{Room: "103", Stay: "G3", Name: "Wang", Language: "en", VIP: 2, Share: true}})
	toldPBX(tx)
	return tx
}

func TestSharerComesBesideTheFirst(t *testing.T) {
	tx := shared(t)
	room := tx.room("103")
	equal(t, "stays", room.Stays(), []string{"G2", "G3"})
	equal(t, "the sharer", tx.stay("G3"), Stay{ID: "G3", Room: "103", State: StayInHouse, CheckIn: eventTime, Language: "en", VIP: 2})
	equal(t, "the sharer's name", record[GuestRecord](tx, GuestKey("G3")), GuestRecord{Name: "Wang"})
	equal(t, "name on the telephone", tx.phone("8031").Name, "Li")

	share := func(c CheckIn) Effect { c.Share = true; return Effect{CheckIn: &c} }
	refused(t, tx, Invalid{"checkin", "room", "is vacant, so there is nobody to share it with", "102"}, share(CheckIn{Room: "102"}))
	refused(t, tx, Invalid{"checkin", "class", "has no routes in the configuration", "none"}, share(CheckIn{Room: "103", Class: ClassNone}))
	refused(t, tx, Invalid{"checkin", "language", "must be zh or en", "fr"}, share(CheckIn{Room: "103", Language: "fr"}))
	refused(t, tx, Invalid{"checkin", "vip", "must be 0 to 9", ""}, share(CheckIn{Room: "103", VIP: 10}))
	refused(t, tx, Invalid{"checkin", "leaves", "is before today, 2026-03-01", "2026-02-28"}, share(CheckIn{Room: "103", Leaves: "2026-02-28"}))
	refused(t, tx, Invalid{"checkin", "leaves", "must be a date such as 2026-11-24", "4.3."}, share(CheckIn{Room: "103", Leaves: "4.3."}))
	if err := Apply(tx, testEvent(), "rules", []Effect{share(CheckIn{Room: "103", Class: ClassNone})}, withPhones); err == nil {
		t.Error("a sharer changed the class of the room")
	}
	apply(t, tx, withPhones, share(CheckIn{Room: "103", Stay: "G4", Class: "local"}))
}

// The telephones are the guest's as long as one of them stays.
func TestOneOfSeveralLeaves(t *testing.T) {
	tx := shared(t)
	refused(t, tx, Invalid{"checkout", "stay", "must be named, or all be meant: in room 103 stay G2, G3", ""}, Effect{CheckOut: &CheckOut{Room: "103"}})
	refused(t, tx, Invalid{"checkout", "stay", "does not stay in room 103", "G1"}, Effect{CheckOut: &CheckOut{Room: "103", Stay: "G1"}})

	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103", Stay: "G2"}})
	equal(t, "who left", tx.stay("G2").State, StayDeparted)
	equal(t, "who stays", tx.stay("G3").State, StayInHouse)
	equal(t, "stays", tx.room("103").Stays(), []string{"G3"})
	equal(t, "name on the telephone", tx.phone("8032").Name, "Wang")
	equal(t, "class of the telephone", tx.phone("8032").Class, "local")
	equal(t, "calls", toldPBX(tx), []string{`phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`})

	// Twice is as good as once.
	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103", Stay: "G2"}})
	equal(t, "who left", tx.stay("G2").Left, testEvent().ID)
	equal(t, "calls", toldPBX(tx), []string(nil))

	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103"}})
	equal(t, "stays", tx.room("103").Stays(), []string(nil))
	equal(t, "the stay before", tx.room("103").LastStay, "G3")
	equal(t, "name on the telephone", tx.phone("8032").Name, "")
	equal(t, "class of the telephone", tx.phone("8032").Class, ClassNone)
}

func TestAllLeaveAtOnce(t *testing.T) {
	tx := shared(t)
	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103", All: true}})
	equal(t, "the first", tx.stay("G2").State, StayDeparted)
	equal(t, "the second", tx.stay("G3").State, StayDeparted)
	equal(t, "room", tx.room("103").Stays(), []string(nil))
	equal(t, "calls", toldPBX(tx), []string{
		`phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`,
		`vacate {"extension":"8031","stay":"G2"} 103 `, `vacate {"extension":"8032","stay":"G2"} 103 `,
	})
}

func TestMoveTakesAllOrOne(t *testing.T) {
	tx := shared(t)
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "103", To: "102"}})
	equal(t, "stays", tx.room("102").Stays(), []string{"G2", "G3"})
	equal(t, "the sharer's room", tx.stay("G3").Room, "102")
	equal(t, "the old room", tx.room("103").Stays(), []string(nil))

	refused(t, tx, Invalid{"move", "stay", "does not stay in room 102", "G1"}, Effect{Move: &MoveStay{From: "102", To: "103", Stay: "G1"}})
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "102", To: "103", Stay: "G2"}})
	equal(t, "who went", tx.room("103").Stays(), []string{"G2"})
	equal(t, "who stays", tx.room("102").Stays(), []string{"G3"})
	for extension, name := range map[string]string{"8031": "Li", "102": "Wang"} {
		equal(t, "name on "+extension, tx.phone(extension).Name, name)
		equal(t, "class of "+extension, tx.phone(extension).Class, "local")
	}
}

// Those who stay in a room and leave it together have each their own wake-ups,
// and each their own departure.
func TestSharersWhoLeaveTogether(t *testing.T) {
	tx := shared(t)
	wakeHotel := withPhones
	wakeHotel.Zone, wakeHotel.Wake.Keeps = time.UTC, true
	day := eventTime.Format(time.DateOnly)
	next := eventTime.AddDate(0, 0, 1).Format(time.DateOnly)
	a := applier{tx: tx, ev: testEvent(), setup: wakeHotel}
	for _, c := range []struct{ id, stay, leaves string }{{"W1", "G2", day}, {"W2", "G3", next}} {
		s := tx.stay(c.stay)
		s.Leaves = c.leaves
		tx.Put(StayKey(s.ID), s)
		due := time.Date(eventTime.Year(), eventTime.Month(), eventTime.Day()+1, 6, 30, 0, 0, time.UTC)
		a.saveWakeUp(WakeUp{ID: c.id, Room: "103", Stay: c.stay, State: WakeUpScheduled, Repeat: WakeOnce, Date: next, Time: "06:30", Due: due, At: due})
	}
	apply(t, tx, wakeHotel, Effect{CheckOut: &CheckOut{Room: "103", All: true}})
	for id, state := range map[string]WakeUpState{"W1": WakeUpCancelled, "W2": WakeUpScheduled} {
		equal(t, id, record[WakeUp](tx, WakeUpKey(id)).State, state)
	}
}

func TestSwap(t *testing.T) {
	tx := shared(t)
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G5", Name: "Zhao"}})
	for id, w := range map[string]WakeUp{"W1": {Room: "102", Stay: "G5"}, "W2": {Room: "103", Stay: "G3"}, "W3": {Room: "103", Stay: "G0"}, "W4": {Room: "103"}} {
		w.ID, w.State = id, WakeUpScheduled
		(&applier{tx: tx, ev: testEvent()}).saveWakeUp(w)
	}
	apply(t, tx, withPhones, Effect{DND: &SetDND{Room: "103", On: true}})
	toldPBX(tx)
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "103", To: "102", Swap: true}})
	equal(t, "102", tx.room("102").Stays(), []string{"G2", "G3"})
	equal(t, "103", tx.room("103").Stays(), []string{"G5"})
	equal(t, "do not disturb", []bool{tx.room("102").DND, tx.room("103").DND}, []bool{true, false})
	for id, room := range map[string]string{"G2": "102", "G3": "102", "G5": "103"} {
		equal(t, "room of "+id, tx.stay(id).Room, room)
	}
	for id, room := range map[string]string{"W1": "103", "W2": "102", "W3": "103", "W4": "102"} {
		equal(t, "room of "+id, record[WakeUp](tx, WakeUpKey(id)).Room, room)
	}
	equal(t, "who came with a class", []string{tx.phone("102").Name, tx.phone("102").Class}, []string{"Li", "local"})
	equal(t, "who came without one", []string{tx.phone("8031").Name, tx.phone("8031").Class}, []string{"Zhao", ""})
	equal(t, "calls", toldPBX(tx), []string{
		`do-not-disturb {"extension":"8031"} 103 do-not-disturb/8031`, `do-not-disturb {"extension":"8032"} 103 do-not-disturb/8032`,
		`do-not-disturb {"extension":"102"} 102 do-not-disturb/102`,
		`phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`, `phone {"extension":"102"} 102 phone/102`,
		`swapped {"extension":"8031","stay":"G2","to":"102"} 103 swapped/8031`, `swapped {"extension":"8032","stay":"G2","to":"102"} 103 swapped/8032`,
		`swapped {"extension":"102","stay":"G5","to":"103"} 102 swapped/102`,
	})

	refused(t, tx, Invalid{"swap", "to", "is the same room", "103"}, Effect{Move: &MoveStay{From: "103", To: "103", Swap: true}})
	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103"}}, Effect{Move: &MoveStay{From: "103", To: "102", Swap: true}})
	equal(t, "one of them was vacant", tx.room("103").Stays(), []string{"G2", "G3"})
	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103", All: true}})
	refused(t, tx, Invalid{"swap", "from", "is vacant, and so is the other", "103"}, Effect{Move: &MoveStay{From: "103", To: "102", Swap: true}})
}

// Of a guest whose name and class nobody has said, telephones show nothing of
// their own in another room either.
func TestSwapOfNamelessGuest(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G7", Name: "Zhao"}}, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G8"}})
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "103", To: "102", Swap: true}})
	equal(t, "names", []string{tx.phone("102").Name, tx.phone("8031").Name}, []string{"", "Zhao"})
}

func TestIncognito(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G2", Name: "Li", Incognito: true}})
	equal(t, "names", []string{tx.phone("8031").Name, tx.phone("8032").Name}, []string{"8031", "8032"})
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "103", To: "102"}})
	equal(t, "name in the new room", tx.phone("102").Name, "102")

	told := withPhones
	told.Incognito = "Guest"
	apply(t, tx, told, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G3", Name: "Li", Incognito: true}})
	equal(t, "name", tx.phone("8031").Name, "Guest")
	equal(t, "the desk knows it", record[GuestRecord](tx, GuestKey("G3")).Name, "Li")
}

func TestVoicemailByGrade(t *testing.T) {
	graded := withPhones
	graded.Voicemail, graded.VoicemailVIP = []string{"local"}, 5
	for _, c := range []struct {
		in CheckIn
		on bool
	}{{CheckIn{Class: "local"}, true}, {CheckIn{Class: ClassNone}, false}, {CheckIn{VIP: 4}, false}, {CheckIn{VIP: 5}, true}} {
		tx := smallHotel()
		c.in.Room = "103"
		apply(t, tx, graded, Effect{CheckIn: &c.in})
		if on := tx.phone("8031").Voicemail; on == nil || *on != c.on {
			t.Errorf("%+v: voicemail %v, want %v", c.in, on, c.on)
		}
		apply(t, tx, graded, Effect{CheckOut: &CheckOut{Room: "103"}})
		if tx.phone("8031").Voicemail != nil {
			t.Errorf("%+v: voicemail is not put back", c.in)
		}
	}
}

// A telephone that was found clean is not gone through again for the next guest.
func TestArrivalAfterAnUncleanDeparture(t *testing.T) {
	come, go1 := Effect{CheckIn: &CheckIn{Room: "103", Name: "Li"}}, Effect{CheckOut: &CheckOut{Room: "103"}}
	for _, c := range []struct {
		name  string
		notes []PhoneNote
		want  []string
	}{
		{"both clean", []PhoneNote{{Extension: "8031", Vacated: "S7", Clean: true}, {Extension: "8032", Vacated: "S7", Clean: true}}, nil},
		{"one was not", []PhoneNote{{Extension: "8031", Vacated: "S7", Clean: true}, {Extension: "8032", Vacated: "S7"}},
			[]string{`vacate {"extension":"8032","stay":"S7-2","arriving":true} 103 `}},
		{"that is still to come", nil, nil},
	} {
		tx := smallHotel()
		apply(t, tx, withPhones, come, go1)
		for _, n := range c.notes {
			apply(t, tx, withPhones, Effect{Phone: &n})
			equal(t, c.name+": clean", !tx.phone(n.Extension).Clean.IsZero(), n.Clean)
		}
		toldPBX(tx)
		apply(t, tx, withPhones, come)
		equal(t, c.name, toldPBX(tx), append(c.want, `phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`))
		apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "8031", Vacated: "S7", Clean: true}})
		equal(t, c.name+": clean while it is let", tx.phone("8031").Clean, time.Time{})
	}
}

func TestRoomIsLookedThrough(t *testing.T) {
	looks := withPhones
	looks.LookThrough = true
	tx := shared(t)
	look, out := Effect{Looked: &LookThrough{Room: "103"}}, Effect{CheckOut: &CheckOut{Room: "103", All: true}}
	apply(t, tx, looks, look)
	equal(t, "nobody is leaving", tx.stay("G2").State, StayInHouse)

	apply(t, tx, looks, out)
	equal(t, "state", []StayState{tx.stay("G2").State, tx.stay("G3").State}, []StayState{StayChecking, StayChecking})
	equal(t, "since", tx.stay("G2").Checking, eventTime)
	equal(t, "class meanwhile", tx.phone("8031").Class, ClassNone)
	equal(t, "name meanwhile", tx.phone("8031").Name, "Li")
	apply(t, tx, looks, Effect{Post: &PostCharge{Room: "103", Kind: "minibar", Amount: 500}})
	equal(t, "who pays", tx.postings[0].Stay, "G2")
	refusedBy(t, tx, looks, Invalid{"checkout", "room", "is being looked through already", "103"}, out)
	refusedBy(t, tx, looks, Invalid{"checkin", "room", "is being looked through", "103"}, Effect{CheckIn: &CheckIn{Room: "103", Share: true}})
	apply(t, tx, looks, Effect{CheckOut: &CheckOut{Room: "103", Stay: "G2"}}) // ordered twice

	apply(t, tx, looks, look, Effect{Looked: &LookThrough{Room: "999"}})
	equal(t, "state", []StayState{tx.stay("G2").State, tx.stay("G3").State}, []StayState{StayDeparted, StayDeparted})
	equal(t, "room", tx.room("103").Stays(), []string(nil))

	tx = shared(t)
	apply(t, tx, looks, Effect{CheckOut: &CheckOut{Room: "103", Stay: "G3"}})
	equal(t, "one of two", tx.stay("G3").State, StayDeparted)
	apply(t, tx, looks, Effect{CheckOut: &CheckOut{Room: "103"}}, Effect{CheckOut: &CheckOut{Room: "103", Now: true}})
	equal(t, "without a look", tx.stay("G2").State, StayDeparted)
}

func refusedBy(t *testing.T, tx Tx, setup Setup, want Invalid, e Effect) {
	t.Helper()
	err := Apply(tx, testEvent(), "rules", []Effect{e}, setup)
	if err == nil || err.Error() != want.Error() {
		t.Errorf("Apply = %v, want %v", err, &want)
	}
}

func TestExtend(t *testing.T) {
	tx := shared(t)
	extend := func(e ExtendStay) Effect { return Effect{Extend: &e} }
	apply(t, tx, noPMS, extend(ExtendStay{Room: "103", Stay: "G3", Leaves: "2026-03-09"}))
	equal(t, "one of them", []string{tx.stay("G2").Leaves, tx.stay("G3").Leaves}, []string{"2026-03-04", "2026-03-09"})
	apply(t, tx, noPMS, extend(ExtendStay{Room: "103", Leaves: "2026-03-11"}))
	equal(t, "all", []string{tx.stay("G2").Leaves, tx.stay("G3").Leaves}, []string{"2026-03-11", "2026-03-11"})
	refused(t, tx, Invalid{"extend", "room", "is vacant", "102"}, extend(ExtendStay{Room: "102", Leaves: "2026-03-09"}))
	refused(t, tx, Invalid{"extend", "stay", "does not stay in room 103", "G1"}, extend(ExtendStay{Room: "103", Stay: "G1", Leaves: "2026-03-09"}))
	refused(t, tx, Invalid{"extend", "leaves", "is before today, 2026-03-01", "2026-02-28"}, extend(ExtendStay{Room: "103", Leaves: "2026-02-28"}))
}

func TestCallsOfALeftRoomArePending(t *testing.T) {
	tx := shared(t)
	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "103", All: true}})
	up, over := true, false
	apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "8031", Stay: "G2", CallUp: &up}}, Effect{Phone: &PhoneNote{Extension: "8032", Stay: "G2", CallUp: &up}})
	equal(t, "calls go on", tx.stay("G2").CallPending, true)
	apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "8031", Stay: "G2", CallUp: &over}})
	equal(t, "one goes on", tx.stay("G2").CallPending, true)
	apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "8032", Stay: "G2", CallUp: &over}})
	equal(t, "none goes on", tx.stay("G2").CallPending, false)
}

// A name is shown in the new room also if nothing was told of the old one: who
// came first there has none.
func TestSharerOfSomebodyWithoutANameMovesAlone(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G2"}}, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G3", Name: "Wang", Share: true}})
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "103", To: "102", Stay: "G3"}})
	equal(t, "name on the telephone", tx.phone("102").Name, "Wang")
}
