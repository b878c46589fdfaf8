package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// seen collects what a witness sees, each as one line.
func seen(list *[]string) Witness {
	return Witness{
		Meets: func(m Meeting) { *list = append(*list, fmt.Sprint(m.Extension, " ", m.Kind, " ", m.Met)) },
		Changes: func(s Setting) {
			*list = append(*list, fmt.Sprint(s.Extension, " ", s.By, " ", s.Settings["selectoutroute"]))
		},
	}
}

func TestWitnessSeesWhatACallMeets(t *testing.T) {
	var list []string
	p := newPBX(t, PBXOptions{Now: newClock().now, Extensions: 4, Witness: seen(&list)})
	token := mustLogin(t, p)
	handset := func(number string, h Handset) {
		off := map[string]string{"noanswerforward": "off", "busyforward": "off"} // voicemail would be a call
		if err := p.SetExtension(PBXExtension{Number: number, Handset: []Handset{h}, Settings: off}); err != nil {
			t.Fatal(err)
		}
	}
	handset("1001", Handset{})
	handset("1002", Handset{Does: Unreachable})
	handset("1003", Handset{})
	set(t, p, "1003", "dnd", "on")
	set(t, p, "1004", "alwaysforward", "on", "atransferto", "Extension", "atransferext", "1001")
	list = nil
	calls := []struct{ endpoint, body string }{
		{"call/playprompt", `{"number":"1004","prompt":"music1"}`},
		{"call/playprompt", `{"number":"1001","prompt":"music1"}`},
		{"call/playprompt", `{"number":"1002","prompt":"music1"}`},
		{"call/playprompt", `{"number":"1003","prompt":"music1"}`},
		{"call/dial", `{"caller":"1002","callee":"1001"}`},
		{"call/dial", `{"caller":"1003","callee":"1001"}`},
		{"call/dial", `{"caller":"1003","callee":"1001"}`},
	}
	for _, c := range calls {
		ask(p, 1, c.endpoint, token, c.body)
		p.Move(0)
	}
	want := []string{
		"1004 prompt forwarded", "1001 prompt rings", "1001 prompt busy", "1002 prompt away", "1003 prompt do not disturb",
		"1002 dial away", "1003 dial rings", "1001 person busy", "1003 dial rings", "1001 person busy",
	}
	if !slices.Equal(list, want) {
		t.Errorf("seen %q,\nwant %q", list, want)
	}
	list = nil
	alarm := Alarm{Time: p.State().Time.Add(time.Minute).Format("15:04"), Type: "onetime"}
	if err := p.SetExtension(PBXExtension{Number: "1003", Alarms: []Alarm{alarm}}); err != nil {
		t.Fatal(err)
	}
	p.Move(2 * time.Minute)
	if want := []string{"1003 hand ", "1003 alarm rings"}; !slices.Equal(list, want) {
		t.Errorf("seen %q, want %q", list, want)
	}
}

func TestWitnessSeesEachChange(t *testing.T) {
	var list []string
	p := newPBX(t, PBXOptions{Now: newClock().now, Extensions: 1, Witness: seen(&list)})
	token := mustLogin(t, p)
	set(t, p, "1001", "selectoutroute", "Local")
	ask(p, 1, "extension/update", token, `{"number":"1001","selectoutroute":"Local,National"}`)
	ask(p, 1, "hotel/checkout", token, `{"number":"1001"}`)
	want := []string{"1001 hand Local", "1001 update Local,National", "1001 checkout "}
	if !slices.Equal(list, want) {
		t.Errorf("seen %q, want %q", list, want)
	}
}
