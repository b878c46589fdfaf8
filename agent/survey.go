package agent

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// survey compares vacant rooms' telephones with what they should be. It changes
// nothing: what is ours is put right afterwards, the rest is told of.
func (p *phoneWriter) survey(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	var body hotel.SurveyCall
	if err := json.Unmarshal(c.Body, &body); err != nil || len(body.Rooms) == 0 {
		return nil, &pms.Refused{Reason: "the call names no rooms"}
	}
	seen := hotel.Survey{Rooms: body.Rooms}
	rooms, phones := p.vacantOf(body.Rooms)
	settings, err := p.read(ctx, phones)
	if err != nil {
		return nil, judgePBX(err)
	}
	phones = slices.DeleteFunc(phones, func(phone string) bool { return settings[phone] == nil })
	held, err := p.readHeld(ctx, phones)
	if err != nil {
		return nil, judgePBX(err)
	}
	for _, r := range rooms {
		for _, phone := range r.Phones() {
			if sight := p.surveyPhone(r, phone, settings[phone], held.left(p.view(), r, phone)); sight.Ours || len(sight.Left) > 0 {
				seen.Phones = append(seen.Phones, sight)
			}
		}
	}
	return json.Marshal(seen)
}

// vacantOf are those of the rooms in which nobody stays now, and their telephones.
func (p *phoneWriter) vacantOf(numbers []string) (rooms []hotel.Room, phones []string) {
	for _, number := range numbers {
		var r hotel.Room
		if p.view().Get(hotel.RoomKey(number), &r) && r.Stay == "" {
			rooms, phones = append(rooms, r), append(phones, r.Phones()...)
		}
	}
	return rooms, phones
}

// surveyPhone judges one telephone. One that the PBX was just told something is
// left for the next night.
func (p *phoneWriter) surveyPhone(r hotel.Room, phone string, now *pbx.Settings, more []string) hotel.PhoneSight {
	sight := hotel.PhoneSight{Extension: phone}
	wanted := hotel.Phone{Extension: phone}
	p.view().Get(hotel.PhoneKey(phone), &wanted)
	if now == nil {
		sight.Left = []string{hotel.Because(hotel.LeftMissing)}
		return sight
	}
	if s := p.sent[phone]; leaving(wanted) || s != nil && !s.answered {
		return sight
	}
	if touched(wanted) {
		todo := p.planTidy(r, wanted, *now)
		sight.Ours = !todo.empty()
		if todo.foreign || guestsName(r, wanted, now.Name) {
			sight.Left = append(sight.Left, hotel.Because(hotel.LeftName))
		}
	} else {
		sight.Left = p.strange(r, *now)
	}
	sight.Left = append(sight.Left, more...)
	return sight
}

// touched tells whether the hotel has had a guest's telephone in hand: written to
// it, or cleared it.
func touched(p hotel.Phone) bool { return p.Room != "" }

// planTidy says what puts a vacant room's telephone right. A name that somebody
// has written there by hand is not fought over.
func (p *phoneWriter) planTidy(r hotel.Room, wanted hotel.Phone, now pbx.Settings) phonePlan {
	now.MobileKept = false // only a check-out deletes one
	todo := p.plan(wanted, now, true)
	todo.stale = todo.change.Name != nil && p.nameIsOurs(r, wanted, now.Name)
	if todo.change.Name != nil && !todo.stale {
		todo.foreign = true
		todo.change.Name, todo.note.Ours.Name, todo.note.Found.Name = nil, nil, nil
	}
	return todo
}

// strange is what looks like a guest's on a vacant room's telephone to which the
// hotel has never written. Calls that nobody takes may go to another extension
// or to voicemail: that is the house's own setting.
func (p *phoneWriter) strange(r hotel.Room, now pbx.Settings) (left []string) {
	for _, look := range []struct {
		what hotel.Reason
		is   bool
	}{
		{hotel.LeftName, !namesNobody(now.Name, r.Number, now.Number)},
		{hotel.LeftRoutes, !p.vacantRoutes(now.Routes)},
		{hotel.LeftNoHelp, len(p.withHelp(now.Routes, now)) > len(now.Routes)},
		{hotel.LeftDND, now.DND},
		{hotel.LeftRestricted, now.Restricted},
		{hotel.LeftForward, now.Always.On || leadsOutside(now.NoAnswer) || leadsOutside(now.Busy)},
		{hotel.LeftTogether, now.Together},
		{hotel.LeftMobile, now.Mobile},
	} {
		if look.is {
			left = append(left, hotel.Because(look.what))
		}
	}
	return left
}

// leadsOutside tells whether calls leave the house by a forward.
func leadsOutside(f pbx.Forward) bool {
	return f.On && f.To != pbx.ToVoicemail && f.To != pbx.ToExtension
}

// guestsName tells whether a vacant room's telephone, to which the hotel has
// never written a name, may show a guest.
func guestsName(r hotel.Room, wanted hotel.Phone, name string) bool {
	return wanted.Ours.Name == nil && !namesNobody(name, r.Number, wanted.Extension)
}

// namesNobody tells whether a telephone's name is that of a room: none, or one
// with a number of it.
func namesNobody(name, room, phone string) bool {
	return name == "" || strings.Contains(name, phone) || strings.Contains(name, room)
}
