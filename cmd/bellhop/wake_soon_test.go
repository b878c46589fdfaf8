package main

import (
	"testing"
	"time"
)

func TestWakeSoon(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"06:30": "", "+2m": "23:59 2026-11-22", "+3m": "00:00 2026-11-23", "+1h30m": "01:27 2026-11-23", "+1m": "23:58 2026-11-22",
		"+59s": "", "+25h": "", "+": "", "+-2m": "", "+two": "",
	} {
		clock, date, err := wakeSoon(text, time.Date(2026, 11, 22, 15, 56, 1, 0, time.UTC), zone) // 23:56:01 there
		if got := clock + " " + date; got != want && (want != "" || err == nil) {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
	if clock, _, _ := wakeSoon("+2m", time.Date(2026, 11, 22, 15, 56, 0, 0, time.UTC), zone); clock != "23:58" {
		t.Errorf("on the minute: %s", clock)
	}
}
