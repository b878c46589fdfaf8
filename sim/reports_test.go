package sim

import (
	"strings"
	"testing"
	"time"
)

// The bodies are the examples of API 2.0.0.
func TestBodiesAsPrinted(t *testing.T) {
	pst := time.FixedZone("", -8*3600)
	for want, got := range map[string][]byte{
		`{
  "event": "BootUp",
  "sn": "369451090405"
}`: BootUp("369451090405"),
		`{
  "event": "ConfigChange",
  "type": "extension",
  "extid": "1000",
  "operation": "update",
  "sn": "369451090405"
}`: ConfigChange("369451090405", "1000", "update"),
		`{
  "event": "DTMF",
  "callid": "1576311280.316",
  "members": [
    {
      "ext": {
        "number": "1001",
        "channelid": "PJSIP/1001-0000013c",
        "memberstatus": "ANSWERED"
      }
    }
  ],
  "infos": "777*01",
  "sn": "369462038851"
}`: DTMF("369462038851", CallID(time.Unix(1576311280, 0), 316), "1001", "777*01"),
		`{
  "event": "DTMF",
  "callid": "1573092021.2",
  "members": [
    {
      "ext": {
        "number": "1023",
        "channelid": "PJSIP/1023-00000002",
        "memberstatus": "ANSWERED"
      }
    }
  ],
  "info": "1",
  "flag": "0",
  "sn": "369451090405"
}`: Key("369451090405", "1573092021.2", "1023", "1", 0),
		`{
    "event": "NewCdr",
    "callid": "1571897930.5",
    "timestart": "2019-10-23 22:18:50",
    "callfrom": "1023",
    "callto": "2023",
    "callduration": "19",
    "talkduration": "14",
    "srctrunkname": "",
    "dsttrunkname": "",
    "pincode": "",
    "status": "ANSWERED",
    "type": "Internal",
    "recording": "20191024201242-1571897930.5-203-201-Internal.wav",
    "didnumber": "",
    "agentringtime": "0",
    "sn": "369451090405"
}`: NewCdr("369451090405", CDR{
			CallID: "1571897930.5", Start: time.Unix(1571897930, 0).In(pst), From: "1023", To: "2023", Duration: 19, Talk: 14,
			Status: "ANSWERED", Type: "Internal", Recording: "20191024201242-1571897930.5-203-201-Internal.wav",
		}),
		`{
  "event": "PlayPromptEnd",
  "callid": "1571965641.143",
  "members": [
    {
      "ext": {
        "number": "2023",
        "channelid": "PJSIP/2023-0000008f"
      }
    }
  ],
  "prompt": "music1",
  "sn": "369451090405"
}`: PlayPromptEnd("369451090405", "1571965641.143", "music1", Phone("1571965641.143", "2023", "")),
		`{
  "event": "CallStatus",
  "callid": "1571887584.49",
  "members": [
    {
      "inbound": {
        "from": "12345678",
        "to": "1023",
        "trunkname": "siptrunk",
        "channelid": "PJSIP/trunk-siptrunk-endpoint-00000030",
        "memberstatus": "ALERT"
      }
    },
    {
      "ext": {
        "number": "1023",
        "channelid": "PJSIP/1023-00000031",
        "memberstatus": "RING"
      }
    }
  ],
  "sn": "369451090405"
}`: CallStatus("369451090405", "1571887584.49", Member{Inbound: &Trunk{
			From: "12345678", To: "1023", Name: "siptrunk", Channel: "PJSIP/trunk-siptrunk-endpoint-00000030", Status: "ALERT",
		}}, Phone("1571887584.49", "1023", "RING")),
	} {
		if string(got) != want {
			t.Errorf("printed %s\nwant %s", got, want)
		}
	}
}

func TestOldForms(t *testing.T) {
	ring := CallStatus("1", "1700000001.20", Phone("1700000001.20", "8101", "RING"), Phone("1700000001.20", "8102", "RING"))
	minibar := DTMF("1", "1700000001.25", "8101", "778*123456789*2")
	in := CallStatus("1", "2.1", Member{Inbound: &Trunk{From: "013800000000", To: "8101", Name: "sip-1", Status: "ALERT"}})
	out := CallStatus("1", "2.1", Member{Outbound: &Trunk{From: "8101", To: "013800000000", Name: "sip-1", Status: "BYE"}}, Member{})
	cdr := NewCdr("1", CDR{CallID: "2.1", Start: time.Unix(0, 0).UTC(), DestTrunk: "sip-1", Duration: 29, Talk: 21})
	for _, c := range []struct {
		body          []byte
		version, want string
	}{
		{ring, "1.0.0", `{"action":"RING","callid":"1700000001.20","ext":{"extid":"8101"},"ext":{"extid":"8102"},"sn":"1"}`},
		{minibar, "1.0.2", `{"action":"DTMF","callid":"1700000001.25","call":[{"ext":{"extid":"8101"}}],"infos":"778*123456789*2","sn":"1"}`},
		{in, "1.0.0", `{"action":"ALERT","callid":"2.1","inbound":{"from":"013800000000","to":"8101","trunk":"sip-1","inboundid":"2.1"},"sn":"1"}`},
		{out, "1.0.2", `{"action":"BYE","callid":"2.1","call":[{"outbound":{"from":"8101","to":"013800000000","trunk":"sip-1","outboundid":"2.1"}},{"ext":{}}],"sn":"1"}`},
		{[]byte("no report"), "1.0.0", "no report"},
		{[]byte(`{"event":"x"`), "1.0.0", `{"event":"x"`},
	} {
		got := strings.NewReplacer("\n", "", `": "`, `":"`).Replace(string(oldForm(c.body, c.version)))
		if got != c.want {
			t.Errorf("version %s: %s\nwant %s", c.version, got, c.want)
		}
	}
	for _, name := range []string{`"action":"NewCdr"`, `"callduraction":"29"`, `"talkduraction":"21"`, `"desttrunkname":"sip-1"`} {
		if got := string(oldForm(cdr, "1.0.0")); !strings.Contains(got, name) {
			t.Errorf("%s has no %s", got, name)
		}
	}
}

func TestOldFormGoesOutAfterABareHeartbeat(t *testing.T) {
	reg := Registration{Host: "192.168.5.150", Port: "8260", Path: "/", Version: "1.0.0"}
	if got := string(wire(reg, BootUp("1"))); !strings.HasSuffix(got, "\r\n\r\n"+`{"action":"BootUp","sn":"1"}`) {
		t.Errorf("sent %q", got)
	}
}
