package site

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"bellhop/hotel"
	"bellhop/pbx"
)

func handover(language string) *Handover {
	c := inChina()
	c.Hotel.Name, c.Hotel.Language, c.Hotel.Timezone = "Harbour <Inn> & Sons", language, "Asia/Shanghai"
	c.PBX.URL, c.PBX.Username, c.PBX.PasswordFile = "https://192.0.2.1:8088", "api", "/etc/bellhop/secrets/pbx"
	c.PBX.RelayTo = []string{"http://192.0.2.9/in?key=canary"}
	c.Checkout.VoicemailPIN = "canary"
	c.Services.DND, c.Services.RoomStatus = "76", "*56"
	c.Classes = map[string][]string{"local": {"Town"}}
	c.Emergency.Routes = []string{"Help"}
	return &Handover{
		Config: c, ConfigFile: "/etc/bellhop/bellhop.toml", Made: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Version: "bellhop v1", Installed: true,
		PBX: pbx.Identity{Model: "S50", Firmware: "30.14.0.1", Serial: "369"}, Rooms: []hotel.Room{{Number: "1203", Extensions: []string{"8203", "8204"}}},
		ByHand: []string{"click Save"}, Findings: []Finding{find(checkWakeUps, OK, "ok"), find("rooms.occupancy", Warning, "unconfirmed"), find(checkMemory, Warning, "grown")},
	}
}

// TestHandover: the sheet says what the house needs on a bad night, is one page
// that every browser reads, and holds no secret.
func TestHandover(t *testing.T) {
	for language, wants := range map[string][]string{
		"en": {"Harbour &lt;Inn&gt; &amp; Sons", "<td>777</td><td>01</td><td>Housekeeping: clean</td>", "<td>*56</td>", "<td>*056</td>", "<td>778</td>", "<td>779</td><td>1, 0630, 1</td>",
			"<td>76</td>", "110, 119, 120, 122", "keeps the routes Help", "<td>local</td><td>Town</td>", "8203, 8204", "install rollback", "phones restore all", "click Save", "S50 30.14.0.1",
			"nobody has said which rooms are occupied", "2026-11-22 08:00", "wakeup sheet", "handed on to http://192.0.2.9/in<", "bellhop v1", "775 is where"},
		"zh": {"交接单", "客房：干净", "<td>市话 (local)</td>", "恢复原状", "install rollback", "尚未有人确认哪些房间已入住"},
	} {
		text, err := handover(language).HTML()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: no %q", language, want)
			}
		}
		if strings.Contains(string(text), find(checkMemory, Warning, "grown").Text(language)) {
			t.Errorf("%s: it tells what is so just now", language)
		}
		if strings.Contains(string(text), "canary") {
			t.Errorf("%s: it tells a secret", language)
		}
		if has := strings.ContainsFunc(strings.ReplaceAll(string(text), "保存, 应用", ""), func(r rune) bool { return unicode.Is(unicode.Han, r) }); has != (language == "zh") {
			t.Errorf("%s: Chinese: %v", language, has)
		}
		wellFormed(t, strings.Replace(string(text), `<meta charset="utf-8">`, "", 1))
	}
}

// wellFormed reads the page to its end; each tag in it has its other one.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// What was not done is not on the sheet.
func TestHandoverOfLess(t *testing.T) {
	h := handover("en")
	h.Installed, h.Rooms, h.Config.Classes, h.ByHand, h.Findings = false, nil, nil, nil, nil
	h.Config.Services.WakeUp, h.ConfigFile = "", "/root/b.toml"
	text, err := h.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"None are imported yet", "does not change what telephones may dial", "<p>Nothing.</p>", "bellhop doctor -c /root/b.toml"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, not := range []string{"install rollback", "0630", "extensions_support"} {
		if strings.Contains(string(text), not) {
			t.Errorf("%q in\n%s", not, text)
		}
	}
	h.Config.Dialplan.Context = ""
	if _, err := h.HTML(); err == nil {
		t.Error("services that are wrong")
	}
}
