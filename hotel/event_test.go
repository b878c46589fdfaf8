package hotel

import "testing"

func TestMergeKey(t *testing.T) {
	call := func(change func(*Event)) string {
		ev := Event{ID: 1, Kind: KindCDR, Serial: "s", CallID: "c", CDR: &CDR{Start: "2026-03-01 16:30:00", From: "101", To: "0123", Talk: 1}}
		change(&ev)
		return ev.MergeKey()
	}
	key := call(func(*Event) {})
	equal(t, "the same call reported otherwise", call(func(e *Event) { e.ID, e.Name, e.CDR.Talk, e.Room = 2, "x", 2, "101" }), key)
	for name, change := range map[string]func(*Event){
		"another PBX":    func(e *Event) { e.Serial = "t" },
		"another call":   func(e *Event) { e.CallID = "d" },
		"another start":  func(e *Event) { e.CDR.Start = "2026-03-01 16:30:01" },
		"another caller": func(e *Event) { e.CDR.From = "102" },
		"another callee": func(e *Event) { e.CDR.To = "0124" },
	} {
		if call(change) == key {
			t.Errorf("%s merges with the call", name)
		}
	}

	cron := func(name, due string) string {
		return (&Event{Kind: KindCron, Name: name, Fields: map[string]string{"due": due}}).MergeKey()
	}
	if cron("a", "1") == cron("b", "1") || cron("a", "1") == cron("a", "2") || cron("a", "1") == key {
		t.Error("two due times, or those of two schedules, merge")
	}
	equal(t, "digits", (&Event{Kind: KindDTMF, CallID: "c", Digits: "777*01"}).MergeKey(), "")
}
