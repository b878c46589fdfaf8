package hotel

import (
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	cases := []struct{ got, prefix, want string }{
		{RoomKey("101"), PrefixRoom, "room/101"},
		{ExtensionKey("8031"), PrefixExtension, "ext/8031"},
		{ItemKey("minibar", "4"), PrefixItem, "item/minibar/4"},
		{StayKey("G1"), PrefixStay, "stay/G1"},
		{AlertKey("a1"), PrefixAlert, "alert/a1"},
		{KVKey("hook", "k"), PrefixKV, "kv/hook/k"},
		{CronKey("hook:sweep"), PrefixCron, "cron/hook:sweep"},
		{ParkedUnitKey(12, "hook"), PrefixParkedUnit, "parked/12/hook"},
		{ReranKey(12), PrefixReran, "reran/12"},
	}
	for i, c := range cases {
		if c.got != c.want || !strings.HasPrefix(c.got, c.prefix) {
			t.Errorf("key %q below %q, want %q", c.got, c.prefix, c.want)
		}
		for j, other := range cases {
			if i != j && strings.HasPrefix(c.got, other.prefix) {
				t.Errorf("%q would be listed below %q", c.got, other.prefix)
			}
		}
	}
	if strings.HasPrefix(ParkedUnitKey(12, "h"), ParkedUnitKey(1, "")) || strings.HasPrefix(KVKey("ab", "k"), KVKey("a", "")) {
		t.Error("listing one listed another's records")
	}
}

func TestRoomOf(t *testing.T) {
	tx := smallHotel()
	tx.Put(ExtensionKey("7777"), Extension{Room: "999"}) // its room is gone
	for extension, want := range map[string]string{"101": "101", "8031": "103", "8032": "103", "103": "", "7777": "", "": ""} {
		r, ok := RoomOf(tx, extension)
		if r.Number != want || ok != (want != "") {
			t.Errorf("RoomOf(%q) = %q, %v; want %q", extension, r.Number, ok, want)
		}
	}
}

func TestPhones(t *testing.T) {
	equal(t, "by default", Room{Number: "101"}.Phones(), []string{"101"})
	equal(t, "named", Room{Number: "101", Extensions: []string{"8011", "8012"}}.Phones(), []string{"8011", "8012"})
}

func TestStatusCodes(t *testing.T) {
	codes := map[Status][2]int{
		StatusDirty: {1, 2}, StatusClean: {3, 4}, StatusInspected: {5, 6}, StatusOutOfOrder: {}, StatusOutOfService: {},
	}
	for s, want := range codes {
		if got := [2]int{s.PMSCode(false), s.PMSCode(true)}; got != want || !s.Known() {
			t.Errorf("%s: codes %v, known %v; want %v", s, got, s.Known(), want)
		}
	}
	for _, s := range []Status{"", "tidy", "Dirty"} {
		if s.Known() || s.PMSCode(true) != 0 {
			t.Errorf("%q counts as a status", s)
		}
	}
}
