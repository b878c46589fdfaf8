package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

func testRooms() (all []hotel.Room) {
	for _, number := range []string{"099", "101", "102", "105", "140", "205", "1010", "A1"} {
		all = append(all, hotel.Room{Number: number})
	}
	return all
}

func TestRoomList(t *testing.T) {
	for text, want := range map[string]string{
		"101": "101", "101,205": "101 205", "101-105": "101 102 105", "101-105, 205": "101 102 105 205", "098-101": "099 101",
		"999":     "999", // the agent says that there is none
		"106-139": "!no room", "105-101": "!range", "1-200": "!range", "a-b": "!range", "101-": "!range",
	} {
		list, err := roomList(text, testRooms())
		if reason, wrong := strings.CutPrefix(want, "!"); wrong {
			if err == nil || !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: %v, %v; want an error with %q", text, list, err, reason)
			}
			continue
		}
		if err != nil || strings.Join(list, " ") != want {
			t.Errorf("%s: %v, %v; want %s", text, list, err, want)
		}
	}
}

func FuzzRoomList(f *testing.F) {
	for _, seed := range []string{"101-140,205", "1-", "-", ",", "000-999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := roomList(text, testRooms())
		if err == nil && len(list) == 0 {
			t.Errorf("%q is nothing, and no error", text)
		}
	})
}

func TestWeekdayNames(t *testing.T) {
	days, err := weekdays("Mon, sun,mon")
	if err != nil || !slices.Equal(days, []time.Weekday{time.Monday, time.Sunday}) {
		t.Errorf("%v, %v", days, err)
	}
	if _, err := weekdays("monday"); err == nil {
		t.Error("monday was taken")
	}
}

func TestSheet(t *testing.T) {
	all := []hotel.WakeUp{{ID: "W7", Room: "101", Time: "06:30", From: "phone"}, {ID: "W8", Room: "<b>", Time: "07:00", From: "desk"}}
	for language, words := range map[string][]string{"en": {"Wake-up calls", "06:30", "telephone"}, "zh": {"叫醒服务单", "06:30", "客房电话"}} {
		s := newSheet(language, "Harbour Inn", "2026-11-24", all)
		var text, page strings.Builder
		if err := s.print(&text); err != nil {
			t.Fatal(err)
		}
		if err := s.page(&page); err != nil {
			t.Fatal(err)
		}
		for _, word := range append(words, "Harbour Inn", "2026-11-24", "101", "W7") {
			if !strings.Contains(text.String(), word) || !strings.Contains(page.String(), word) {
				t.Errorf("%s: no %q in\n%s\n%s", language, word, text.String(), page.String())
			}
		}
		if strings.Contains(page.String(), "<b>") {
			t.Error("the page takes a room for markup")
		}
	}
	var empty strings.Builder
	if err := newSheet("en", "H", "2026-11-24", nil).print(&empty); err != nil || !strings.Contains(empty.String(), "None.") {
		t.Errorf("%v: %s", err, empty.String())
	}
}

// TestWakeUpCommands says what is wrong with a command before anybody is asked.
func TestWakeUpCommands(t *testing.T) {
	for args, want := range map[string]string{
		"wakeup add":                              "needs ROOM... HH:MM",
		"wakeup add 06:30":                        "needs ROOM... HH:MM",
		"wakeup add 101 06:30 --days monday":      "--days",
		"wakeup add 101 06:30 --daily --days mon": "one or the other",
		"wakeup cancel":                           "needs ID|ROOM... or --group",
	} {
		var out, errOut strings.Builder
		if code := run(t.Context(), strings.Fields(args), &out, &errOut); code != 2 || !strings.Contains(errOut.String(), want) {
			t.Errorf("bellhop %s: %d, %q; want %q", args, code, errOut.String(), want)
		}
	}
	if text := repeatText(hotel.WakeUp{Repeat: hotel.WakeWeekdays, Days: []time.Weekday{1, 5}, Until: "2026-12-01"}); text != "mon,fri until 2026-12-01" {
		t.Error(text)
	}
	if text := fmt.Sprint(stateText(hotel.WakeUp{State: hotel.WakeUpScheduled, LastState: hotel.WakeUpAnswered})); text != "scheduled (answered before)" {
		t.Error(text)
	}
}
