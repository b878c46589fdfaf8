package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/api"
	"bellhop/hotel"
)

// wakeOptions are the flags of wake-ups.
type wakeOptions struct {
	rooms, date, days, until, how, prompt, language, group string

	daily, all, html bool
	retries, spacing int
}

func wakeCommands() []*command {
	return []*command{
		{words: "wakeup add", args: "ROOM... HH:MM", about: "order wake-ups", run: wakeAdd, flags: wakeAddFlags, more: "Without --date a room is woken when the hotel's clock shows the time next; +2m instead of HH:MM is two\nminutes from now. Several rooms are one order: all are taken, or none."},
		{words: "wakeup list", about: "list the wake-ups that are to come", run: wakeList, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.room, "room", "", "of one `ROOM`")
			f.StringVar(&c.opt.wake.date, "date", "", "that ring on this `DATE`: 2026-11-24, today or tomorrow")
			f.BoolVar(&c.opt.wake.all, "all", false, "also those that are over")
		}},
		{words: "wakeup cancel", args: "ID|ROOM...", about: "cancel wake-ups, or all of a room", run: wakeCancel, flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.wake.group, "group", "", "all that were ordered together as `GROUP`")
		}},
		{words: "wakeup sheet", about: "tomorrow's wake-ups, to be printed", run: wakeSheet, flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.wake.date, "date", "tomorrow", "of this `DATE`: 2026-11-24, today or tomorrow")
			f.BoolVar(&c.opt.wake.html, "html", false, "as a page for a browser or for mail")
		}},
	}
}

func wakeAddFlags(f *flag.FlagSet, c *call) {
	w := &c.opt.wake
	jsonFlag(f, c)
	f.StringVar(&w.rooms, "rooms", "", "more rooms: a `LIST` such as 101-140,205; of a range those that there are")
	f.StringVar(&w.date, "date", "", "the `DATE`: 2026-11-24, today or tomorrow")
	f.BoolVar(&w.daily, "daily", false, "every day")
	f.StringVar(&w.days, "days", "", "on these `DAYS`: mon,tue,wed,thu,fri,sat,sun")
	f.StringVar(&w.until, "until", "", "the last `DATE` of one that repeats")
	f.IntVar(&w.retries, "retries", -1, "calls after the first one, 0 to 10; otherwise as configured")
	f.IntVar(&w.spacing, "spacing", 0, "minutes between calls, 1 to 60; otherwise as configured")
	f.StringVar(&w.how, "how", "", "`WAY`: call, pbx or both; otherwise as configured")
	f.StringVar(&w.prompt, "prompt", "", "the `RECORDING` that an alarm of the PBX plays: with --how pbx or both")
	f.StringVar(&w.language, "language", "", "zh or en: the `LANGUAGE` that the call speaks; otherwise the guest's, or the hotel's")
	f.StringVar(&c.opt.stay, "stay", "", "for one sharer: the `ID` of the stay")
}

func wakeAdd(c *call) error {
	o, err := c.wakeOrder()
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	if c.opt.wake.rooms != "" {
		var all []hotel.Room
		if err := client.Get(c.ctx, "/v1/rooms", &all); err != nil {
			return err
		}
		more, err := roomList(c.opt.wake.rooms, all)
		if err != nil {
			return c.wrong("--rooms: %v", err)
		}
		o.Rooms = append(o.Rooms, more...)
	}
	var answer api.WakeUpsAnswer
	if err := client.Post(c.ctx, "/v1/wakeups", o, &answer); err != nil {
		return err
	}
	if err := show(c, answer.WakeUps, "ID DATE TIME ROOM GROUP", func(w hotel.WakeUp) []any { return []any{w.ID, w.Date, w.Time, w.Room, w.Group} }); err != nil || c.json {
		return err
	}
	s := answer.Spread
	if s.Calls > 1 {
		fmt.Fprintf(c.out, "%d calls, %d at once: %s to %s if each takes 45 s\n", s.Calls, s.AtOnce, s.From.In(c.zone).Format(time.TimeOnly), s.To.In(c.zone).Format(time.TimeOnly))
	}
	return nil
}

// wakeOrder reads the order that the arguments and flags are.
func (c *call) wakeOrder() (hotel.WakeUpAdd, error) {
	w := c.opt.wake
	if len(c.args) == 0 || len(c.args) == 1 && w.rooms == "" {
		return hotel.WakeUpAdd{}, c.wrong("%s needs %s", c.command.words, c.command.args)
	}
	last := len(c.args) - 1
	o := hotel.WakeUpAdd{
		Rooms: c.args[:last:last], From: "desk", Time: c.args[last], Date: w.date, Until: w.until, How: hotel.WakeHow(w.how),
		Spacing: w.spacing, Prompt: w.prompt, Language: w.language, Stay: c.opt.stay,
	}
	if w.retries >= 0 {
		o.Retries = &w.retries
	}
	days, err := weekdays(w.days)
	switch {
	case err != nil:
		return o, c.wrong("--days: %v", err)
	case w.daily && len(days) > 0:
		return o, c.wrong("--daily and --days are one or the other")
	case w.daily:
		o.Repeat = hotel.WakeDaily
	case len(days) > 0:
		o.Repeat, o.Days = hotel.WakeWeekdays, days
	}
	err = c.soon(&o)
	return o, err
}

// soon reads the time of an order that may be given as so long from now.
func (c *call) soon(o *hotel.WakeUpAdd) error {
	if !strings.HasPrefix(o.Time, "+") {
		return nil
	}
	if _, err := c.load(); err != nil { // for the hotel's zone
		return err
	}
	clock, date, err := wakeSoon(o.Time, time.Now(), c.zone)
	if err != nil {
		return c.wrong("%v", err)
	}
	o.Time, o.Date = clock, cmp.Or(o.Date, date)
	return nil
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdays reads a list such as mon,tue.
func weekdays(text string) (days []time.Weekday, err error) {
	if text == "" {
		return nil, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		day := slices.Index(dayNames, strings.ToLower(strings.TrimSpace(name)))
		if day < 0 {
			return nil, fmt.Errorf("must be such as mon,tue,fri, but has %q", name)
		}
		if !slices.Contains(days, time.Weekday(day)) {
			days = append(days, time.Weekday(day))
		}
	}
	return days, nil
}

// roomList reads a list such as 101-140,205. Of a range it takes the rooms that
// there are.
func roomList(text string, all []hotel.Room) (list []string, err error) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			list = append(list, first)
			continue
		}
		least, err1 := strconv.ParseUint(first, 10, 32)
		most, err2 := strconv.ParseUint(last, 10, 32)
		if errors.Join(err1, err2) != nil || len(first) != len(last) || least > most {
			return nil, fmt.Errorf("%q must be a range such as 101-140", part)
		}
		found := false
		for _, r := range all {
			n, err := strconv.ParseUint(r.Number, 10, 32)
			if err == nil && len(r.Number) == len(first) && n >= least && n <= most {
				list, found = append(list, r.Number), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no room in %s", part)
		}
	}
	return list, nil
}

// date reads a date that may be today or tomorrow.
func (c *call) date(text string) (string, error) {
	if c.zone == nil {
		if _, err := c.load(); err != nil {
			return "", err
		}
	}
	today := time.Now().In(c.zone)
	switch text {
	case "today":
		return today.Format(time.DateOnly), nil
	case "tomorrow":
		return today.AddDate(0, 0, 1).Format(time.DateOnly), nil
	}
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		return "", c.wrong("--date must be such as 2026-11-24, today or tomorrow, but it is %q", text)
	}
	return text, nil
}

// wakeUps asks the agent for its order book.
func (c *call) wakeUps() ([]hotel.WakeUp, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	date, err := c.date(c.opt.wake.date)
	if err != nil {
		return nil, err
	}
	q := url.Values{}
	for name, value := range map[string]string{"date": date, "room": c.opt.room} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.opt.wake.all {
		q.Set("all", "1")
	}
	var all []hotel.WakeUp
	err = client.Get(c.ctx, "/v1/wakeups?"+q.Encode(), &all)
	return all, err
}

func wakeList(c *call) error {
	all, err := c.wakeUps()
	if err != nil {
		return err
	}
	return show(c, all, "ID DATE TIME ROOM REPEAT HOW FROM STATE TRIES GROUP STAY", func(w hotel.WakeUp) []any {
		return []any{w.ID, w.Date, w.Time, w.Room, repeatText(w), w.How, w.From, stateText(w), w.Tries, w.Group, w.Stay}
	})
}

func repeatText(w hotel.WakeUp) string {
	text := string(w.Repeat)
	if w.Repeat == hotel.WakeWeekdays {
		var names []string
		for _, d := range w.Days {
			names = append(names, dayNames[d])
		}
		text = strings.Join(names, ",")
	}
	if w.Until != "" {
		text += " until " + w.Until
	}
	return text
}

// stateText says of one that repeats how it went last, too.
func stateText(w hotel.WakeUp) string {
	if w.LastState == "" {
		return string(w.State)
	}
	return fmt.Sprintf("%s (%s before)", w.State, w.LastState)
}

func wakeCancel(c *call) error {
	cancel := hotel.WakeUpCancel{Group: c.opt.wake.group}
	for _, arg := range c.args {
		if strings.HasPrefix(arg, "W") {
			cancel.IDs = append(cancel.IDs, arg)
		} else {
			cancel.Rooms = append(cancel.Rooms, arg)
		}
	}
	if len(c.args) == 0 && cancel.Group == "" {
		return c.wrong("%s needs %s or --group", c.command.words, c.command.args)
	}
	return c.order("/v1/wakeups/cancel", cancel, "cancelled")
}
