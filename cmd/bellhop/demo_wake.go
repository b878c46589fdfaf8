package main

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"bellhop/api"
	"bellhop/hotel"
	"bellhop/sim"
)

// demoDesk is the desk's telephone; it belongs to no room.
const demoDesk = "1011"

// demoClock is the system's, moved on where a day would have to wait.
type demoClock struct{ ahead atomic.Int64 } // nanoseconds

func (c *demoClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// moveOn lets time pass for agent and PBX.
func (w *world) moveOn(by time.Duration) {
	w.pbx.Move(by)
	w.clock.ahead.Add(int64(max(0, by)))
}

// beside says what whoever is beside a telephone does when it rings.
func (d *day) beside(phone string, does sim.Handset, settings map[string]string) error {
	x, _ := d.pbx.Extension(phone)
	x.Handset = []sim.Handset{does}
	for key, value := range settings {
		x.Settings[key] = value
	}
	return d.pbx.SetExtension(x)
}

// wakeUps has two rooms woken in the minute that comes, which the clock is moved
// on to: the guest of 1001 ordered it by telephone and presses a key, the one of
// 1002 does not wake up, so that voicemail takes the call, and the desk is told.
func (d *day) wakeUps() (string, error) {
	presses := sim.Handset{After: sim.Span(100 * time.Millisecond), Keys: "1", Pause: sim.Span(100 * time.Millisecond)}
	for phone, does := range map[string]sim.Handset{"1001": presses, demoDesk: presses, "1002": {Does: sim.Ignores}} {
		if err := d.beside(phone, does, map[string]string{"ringtimeout": "1"}); err != nil {
			return "", err
		}
	}
	at := d.clock.now().In(d.zone).Truncate(time.Minute).Add(2 * time.Minute)
	if err := d.dial("1001", "779*"+at.Format("1504")); err != nil {
		return "", err
	}
	retries := 0
	order := hotel.WakeUpAdd{Rooms: []string{"1002"}, Time: at.Format("15:04"), Retries: &retries}
	if err := d.client.Post(d.ctx, "/v1/wakeups", order, new(api.WakeUpsAnswer)); err != nil {
		return "", err
	}
	if _, err := d.wakeUp("1001", func(w hotel.WakeUp) bool { return w.State == hotel.WakeUpScheduled && w.Due.Equal(at) }); err != nil {
		return "", err
	}
	d.moveOn(at.Sub(d.clock.now()) - time.Second)
	woken, err := d.wakeUp("1001", func(w hotel.WakeUp) bool { return w.State.Over() })
	if err != nil {
		return "", err
	}
	if woken.State != hotel.WakeUpAnswered || woken.Tries != 1 {
		return "", fmt.Errorf("1001 pressed a key, and is %s after %d calls", woken.State, woken.Tries)
	}
	for _, wait := range []struct {
		until func(hotel.WakeUp) bool
		by    time.Duration
	}{
		{func(w hotel.WakeUp) bool { return w.Attempt != nil && w.Attempt.Reached || w.Outcome != "" }, 8 * time.Second}, // as long as voicemail listens
		{func(w hotel.WakeUp) bool { return w.Outcome != "" }, 5 * time.Second},                                          // as long as a key may still be told of
	} {
		if _, err := d.wakeUp("1002", wait.until); err != nil {
			return "", err
		}
		d.moveOn(wait.by)
	}
	asleep, err := d.wakeUp("1002", func(w hotel.WakeUp) bool { return w.Desk != nil && !w.Desk.Known.IsZero() })
	if err != nil {
		return "", err
	}
	if asleep.State != hotel.WakeUpUnanswered {
		return "", fmt.Errorf("1002 slept on, and is %s", asleep.State)
	}
	err = d.until("do not disturb is put back on 1001", func() (bool, error) {
		x, _ := d.pbx.Extension("1001")
		return x.Settings["dnd"] == "on", nil
	})
	return fmt.Sprintf("at %s 1001 rings through its do-not-disturb and presses a key: %s; 1002 does not, and voicemail takes the call: %s, "+
		"the desk is rung, and a key there says that somebody goes", woken.Time, woken.State, asleep.State), err
}

// wakeUp waits until a room's order is as it should be.
func (d *day) wakeUp(room string, is func(hotel.WakeUp) bool) (found hotel.WakeUp, err error) {
	err = d.until("the wake-up of "+room, func() (bool, error) {
		var all []hotel.WakeUp
		err := d.client.Get(d.ctx, "/v1/wakeups?all=1&room="+room, &all)
		if at := slices.IndexFunc(all, is); at >= 0 {
			found = all[at]
			return true, err
		}
		return false, err
	})
	return found, err
}
