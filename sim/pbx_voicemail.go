package sim

import (
	"slices"
	"strconv"
	"time"
)

// Voicemail is a message that somebody left.
type Voicemail struct {
	File   string    `json:"voicemailfile"` // such as msg0000.wav
	From   string    `json:"messagefrom"`
	Status string    `json:"voicemailstatus"` // read, unread
	Date   time.Time `json:"voicemaildate"`
	Length int       `json:"voicemaillength"` // seconds
}

func (p *PBX) queryVoicemail(c call, in params) answer {
	type message struct {
		File   string `json:"voicemailfile"`
		From   string `json:"messagefrom"`
		Status string `json:"voicemailstatus"`
		Date   string `json:"voicemaildate"`
		Length string `json:"voicemaillength"`
	}
	found, number := p.listed(c, in, true)
	if number != "" {
		return failed(number)
	}
	list := [][]byte{}
	for _, e := range found {
		messages := []message{}
		for _, m := range e.mail {
			date := m.Date.In(p.o.Zone).Format(time.DateTime)
			messages = append(messages, message{m.File, m.From, m.Status, date, strconv.Itoa(m.Length)})
		}
		if len(messages) == 0 {
			continue
		}
		var o object
		o.add(c.extensionKey(), quote(e.number))
		o.add("voicemail", printed(messages, ""))
		list = append(list, o.bytes())
	}
	return p.withList(success, "voicemails", list)
}

// deleteVoicemail deletes what both the file and the status name; "all" names
// every one. That it fails when nothing was there is assumed.
func (p *PBX) deleteVoicemail(c call, in params) answer {
	found, number := p.listed(c, in, true)
	if number != "" {
		return failed(number)
	}
	files, status := in.list("voicemailfile"), in.text("voicemailstatus")
	switch {
	case len(files) == 0 || status == "":
		return failed(errEmpty)
	case !slices.Contains([]string{"read", "unread", "all"}, status):
		return failed(errMailStatus)
	}
	gone := 0
	for _, e := range found {
		before := len(e.mail)
		e.mail = slices.DeleteFunc(e.mail, func(m Voicemail) bool {
			return (files[0] == "all" || slices.Contains(files, m.File)) && (status == "all" || m.Status == status)
		})
		gone += before - len(e.mail)
	}
	if gone == 0 && files[0] != "all" {
		return failed(errNoMail)
	}
	return success
}

// leave keeps a message that a caller has left.
func (e *extension) leave(from string, at time.Time, length time.Duration) {
	name := func(n int) string { return "msg" + strconv.Itoa(10000 + n)[1:] + ".wav" }
	n := 0
	for slices.ContainsFunc(e.mail, func(m Voicemail) bool { return m.File == name(n) }) {
		n++
	}
	if len(e.mail) < maxMessages {
		e.mail = append(e.mail, Voicemail{File: name(n), From: from, Status: "unread", Date: at, Length: int(length / time.Second)})
	}
}
