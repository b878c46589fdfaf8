package agent

import (
	"context"
	"fmt"
	"slices"

	"bellhop/hotel"
	"bellhop/pbx"
)

// held is what the PBX holds for telephones beside their settings.
type held struct {
	alarms   []pbx.Alarm
	messages []pbx.Voicemail
}

// readHeld asks the PBX about telephones that it has. What it cannot tell nobody
// looks for.
func (p *phoneWriter) readHeld(ctx context.Context, phones []string) (h held, err error) {
	if len(phones) == 0 {
		return h, nil
	}
	if keeper, ok := p.driver.(pbx.AlarmKeeper); ok {
		if h.alarms, err = keeper.ListAlarms(ctx, phones...); unlessUnsupported(err) != nil {
			return h, fmt.Errorf("list alarms: %w", err)
		}
	}
	if keeper, ok := p.driver.(pbx.VoicemailKeeper); ok {
		if h.messages, err = keeper.ListVoicemail(ctx, phones...); unlessUnsupported(err) != nil {
			return h, fmt.Errorf("list voicemail: %w", err)
		}
	}
	return h, nil
}

// strangers are a telephone's alarms that stand for no wake-up.
func (h held) strangers(v hotel.View, room, phone string) (list []pbx.Alarm) {
	standing := hotel.StandingAlarms(v, room, phone)
	for _, a := range h.alarms {
		if a.Extension == phone && !slices.Contains(standing, a.ID) {
			list = append(list, a)
		}
	}
	return list
}

func (h held) voicemail(phone string) (count int) {
	for _, m := range h.messages {
		if m.Extension == phone {
			count++
		}
	}
	return count
}

// left is what of it is to be told of a vacant room's telephone.
func (h held) left(v hotel.View, r hotel.Room, phone string) (left []string) {
	if len(h.strangers(v, r.Number, phone)) > 0 {
		left = append(left, hotel.Because(hotel.LeftAlarms))
	}
	if h.voicemail(phone) > 0 {
		left = append(left, hotel.Because(hotel.LeftVoicemail))
	}
	return left
}

// compare finds alarms of ours that are gone, and of a vacant room what is
// nobody's.
func (h held) compare(v hotel.View, r hotel.Room) (found []Difference) {
	for _, phone := range r.Phones() {
		for _, want := range hotel.AlarmsOf(v, r.Number, phone) {
			if !slices.ContainsFunc(h.alarms, func(a pbx.Alarm) bool { return a.Extension == phone && a.ID == want.ID }) {
				found = append(found, Difference{Room: r.Number, Extension: phone, What: DiffAlarm, Wanted: want.WakeUp, Ours: true})
			}
		}
		if r.Stay != "" {
			continue
		}
		for _, a := range h.strangers(v, r.Number, phone) {
			found = append(found, Difference{Room: r.Number, Extension: phone, What: DiffAlarm, Found: fmt.Sprintf("%02d:%02d", a.Hour, a.Minute)})
		}
		if n := h.voicemail(phone); n > 0 {
			found = append(found, Difference{Room: r.Number, Extension: phone, What: DiffVoicemail, Found: fmt.Sprint(n)})
		}
	}
	return found
}
