package yeastar

import "testing"

// However the PBX writes that a call was answered, it is; taken for another word,
// the call would cost nothing.
func TestHowACallEnded(t *testing.T) {
	for word, want := range map[string]string{
		"ANSWERED": "ANSWERED", "ANSWERD": "ANSWERED", "ANSWER": "ANSWERED", "answered": "ANSWERED", "Answered": "ANSWERED",
		"NO ANSWER": "NO ANSWER", "NOANSWER": "NO ANSWER", "NO_ANSWER": "NO ANSWER", "NO-ANSWERED": "NO ANSWER", "No Answerd": "NO ANSWER",
		"BUSY": "BUSY", "Failed": "FAILED", "voicemail": "VOICEMAIL", "": "", "UNKNOWN": "UNKNOWN", "ANSWERED ELSEWHERE": "ANSWERED ELSEWHERE",
	} {
		if got := callStatus(word); got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}
