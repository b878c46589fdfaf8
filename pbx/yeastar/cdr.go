package yeastar

import (
	"strconv"
	"strings"

	"bellhop/hotel"
)

// The spellings of one field across API 1.x and 2.0.0, their examples,
// tables and receivers in use.
var (
	wholeSeconds = []string{"callduration", "callduraction"}
	talkSeconds  = []string{"talkduration", "talkduraction"}
	destTrunks   = []string{"dsttrunkname", "desttrunkname", "dstrunkname", "dsttrcunkname"}
)

// readCDR takes the record out of a NewCdr report (API 2.0.0, NewCdr).
func readCDR(n node, rest *fields) *hotel.CDR {
	return &hotel.CDR{
		Start:      rest.take(n, "timestart"),
		From:       rest.take(n, "callfrom"),
		To:         rest.take(n, "callto"),
		Duration:   rest.takeCount(n, wholeSeconds...),
		Talk:       rest.takeCount(n, talkSeconds...),
		SourceLine: rest.take(n, "srctrunkname"),
		DestLine:   rest.take(n, destTrunks...),
		Status:     callStatus(rest.take(n, "status")),
		Type:       rest.take(n, "type"),
		Recording:  rest.take(n, "recording"),
		DID:        rest.take(n, "didnumber"),
	}
}

// callStatus gives one word for each outcome; the manual's text and its
// examples differ. A word that is not known stays as it came.
func callStatus(word string) string {
	plain := strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToUpper(word))
	switch plain {
	case "ANSWERED", "ANSWERD", "ANSWER":
		return "ANSWERED"
	case "NOANSWER", "NOANSWERED", "NOANSWERD":
		return "NO ANSWER"
	case "BUSY", "FAILED", "VOICEMAIL":
		return plain
	}
	return word
}

// count reads a number that is not negative; nothing at all counts as 0.
func count(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}
