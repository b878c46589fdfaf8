package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// printed writes a body as the manual prints it: each pair on a line. Our own
// types always encode.
func printed(v any, indent string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("sim: print %T: %v", v, err))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// CallID makes the id of a telephone call: the time in Unix seconds, and a
// number that counts calls since the PBX's start.
func CallID(at time.Time, number int) string {
	return strconv.FormatInt(at.Unix(), 10) + "." + strconv.Itoa(number)
}

// Member is one party of a call; the fields of one of the three roles are set.
type Member struct {
	Ext      *Extension `json:"ext,omitempty"`
	Inbound  *Trunk     `json:"inbound,omitempty"`
	Outbound *Trunk     `json:"outbound,omitempty"`
}

// Extension is a party on a telephone of the hotel.
type Extension struct {
	Number  string `json:"number"`
	Channel string `json:"channelid,omitempty"`
	Status  string `json:"memberstatus,omitempty"` // ALERT, RING, ANSWERED, ANSWER, HOLD, BYE
	Path    string `json:"callpath,omitempty"`     // the IVR or queue passed through
}

// Trunk is a party outside.
type Trunk struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Name    string `json:"trunkname"`
	Channel string `json:"channelid,omitempty"`
	Status  string `json:"memberstatus,omitempty"`
	Path    string `json:"callpath,omitempty"`
}

// Phone is the member of an extension in a call, on a channel that is named
// after both.
func Phone(callid, extension, status string) Member {
	_, number, _ := strings.Cut(callid, ".")
	n, _ := strconv.ParseUint(number, 10, 32) // a call id of another form gives channel 0
	return Member{Ext: &Extension{
		Number: extension, Channel: fmt.Sprintf("PJSIP/%s-%08x", extension, n), Status: status,
	}}
}

// DTMF reports the string that a feature code has yielded, such as 777*01
// (API 2.0.0, DTMF and the hotel chapter).
func DTMF(serial, callid, extension, digits string) []byte {
	return digitsReport(serial, callid, Phone(callid, extension, "ANSWERED"), digits)
}

func digitsReport(serial, callid string, m Member, digits string) []byte {
	return printed(struct {
		Event   string   `json:"event"`
		CallID  string   `json:"callid"`
		Members []Member `json:"members"`
		Infos   string   `json:"infos"`
		Serial  string   `json:"sn"`
	}{"DTMF", callid, []Member{m}, digits, serial}, "  ")
}

// Key reports a single key; index is its place in the call, from 0 (API
// 2.0.0, DTMF).
func Key(serial, callid, extension, key string, index int) []byte {
	return keyReport(serial, callid, Phone(callid, extension, "ANSWERED"), key, index)
}

// CDR is the record of a finished call.
type CDR struct {
	CallID      string    `json:"callid"`
	Start       time.Time `json:"start"` // printed in its own zone, which is to be the PBX's
	From        string    `json:"callfrom"`
	To          string    `json:"callto"`
	Duration    int       `json:"duration"`     // whole call, seconds
	Talk        int       `json:"talk"`         // answered part, seconds
	SourceTrunk string    `json:"srctrunkname"` // of an inbound call
	DestTrunk   string    `json:"dsttrunkname"` // of an outbound call
	Status      string    `json:"status"`       // ANSWERED, NO ANSWER, BUSY, FAILED, VOICEMAIL
	Type        string    `json:"type"`         // Internal, Inbound, Outbound
	Pincode     string    `json:"pincode"`
	Recording   string    `json:"recording"`
	DID         string    `json:"didnumber"`
}

// NewCdr reports the record of a finished call (API 2.0.0, NewCdr). Numbers
// go out as strings.
func NewCdr(serial string, c CDR) []byte {
	return printed(struct {
		Event       string `json:"event"`
		CallID      string `json:"callid"`
		Start       string `json:"timestart"`
		From        string `json:"callfrom"`
		To          string `json:"callto"`
		Duration    string `json:"callduration"`
		Talk        string `json:"talkduration"`
		SourceTrunk string `json:"srctrunkname"`
		DestTrunk   string `json:"dsttrunkname"`
		Pincode     string `json:"pincode"`
		Status      string `json:"status"`
		Type        string `json:"type"`
		Recording   string `json:"recording"`
		DID         string `json:"didnumber"`
		AgentRing   string `json:"agentringtime"`
		Serial      string `json:"sn"`
	}{
		"NewCdr", c.CallID, c.Start.Format(time.DateTime), c.From, c.To, strconv.Itoa(c.Duration), strconv.Itoa(c.Talk),
		c.SourceTrunk, c.DestTrunk, c.Pincode, c.Status, c.Type, c.Recording, c.DID, "0", serial,
	}, "    ")
}

// BootUp reports that the PBX has started.
func BootUp(serial string) []byte {
	return printed(struct {
		Event  string `json:"event"`
		Serial string `json:"sn"`
	}{"BootUp", serial}, "  ")
}

// ConfigChange reports that somebody changed an extension; operation is add,
// del or update.
func ConfigChange(serial, extension, operation string) []byte {
	return printed(struct {
		Event     string `json:"event"`
		Type      string `json:"type"`
		Extension string `json:"extid"`
		Operation string `json:"operation"`
		Serial    string `json:"sn"`
	}{"ConfigChange", "extension", extension, operation, serial}, "  ")
}

// ExtensionStatus reports what a telephone does; status is Ringing, Busy,
// Idle, Registered or Unregistered.
func ExtensionStatus(serial, extension, status, address string) []byte {
	return printed(struct {
		Event     string `json:"event"`
		Extension string `json:"extension"`
		Status    string `json:"status"`
		Address   string `json:"registeredIP"`
		Serial    string `json:"sn"`
	}{"ExtensionStatus", extension, status, address, serial}, "  ")
}

// CallStatus reports how a call progresses.
func CallStatus(serial, callid string, members ...Member) []byte {
	return printed(struct {
		Event   string   `json:"event"`
		CallID  string   `json:"callid"`
		Members []Member `json:"members"`
		Serial  string   `json:"sn"`
	}{"CallStatus", callid, members, serial}, "  ")
}

// PlayPromptEnd reports that a prompt has been played to its end.
func PlayPromptEnd(serial, callid, prompt string, members ...Member) []byte {
	return printed(struct {
		Event   string   `json:"event"`
		CallID  string   `json:"callid"`
		Members []Member `json:"members"`
		Prompt  string   `json:"prompt"`
		Serial  string   `json:"sn"`
	}{"PlayPromptEnd", callid, members, prompt, serial}, "  ")
}
