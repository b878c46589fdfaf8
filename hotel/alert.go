package hotel

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// The codes of alerts that the rules raise. "hook" is a hook's own words.
const (
	AlertHook         = "hook"
	AlertHookFailed   = "hook-failed"
	AlertHookFile     = "hook-not-loaded"
	AlertHookAside    = "hook-set-aside"
	AlertHookWaits    = "hook-waits"
	AlertNoHook       = "no-hook"
	AlertUnknownRoom  = "unknown-room"
	AlertBadDigits    = "bad-digits"
	AlertWrongPIN     = "wrong-pin"
	AlertWakeUp       = "wakeup-by-hand"
	AlertUnreadable   = "unreadable-report"
	AlertUnknownEvent = "unknown-report"
	AlertRefused      = "call-refused"
	AlertExpired      = "call-expired"
	AlertUncertain    = "call-unknown"
	AlertUnreachable  = "unreachable"
	AlertStuck        = "call-waits"
	AlertNoPhones     = "phones-unsupported"
	AlertDatabase     = "database-replaced"
	AlertGap          = "reports-missed"
	AlertNotCleared   = "phone-not-cleared"
	AlertNotClean     = "phone-not-clean"
	AlertVoicemail    = "voicemail-left"
	AlertSwapped      = "swap-left"
	AlertLookThrough  = "not-looked-through"
	AlertRelay        = "relay-behind"
	AlertFiles        = "pbx-files-changed"
	AlertFilesUnseen  = "pbx-files-unseen"
	AlertJobMissed    = "job-missed"
	AlertHookCheckOut = "hook-checkout"
	AlertOverdue      = "overdue"
	AlertSweepHeld    = "sweep-held"
	AlertSwept        = "swept"
	AlertNotSwept     = "not-swept"
	AlertVacant       = "vacant-phones"
	AlertMany         = "too-many-alerts"
	AlertEmergency    = "emergency-call"
	AlertNoHelp       = "emergency-call-failed"
	AlertUnpriced     = "calls-unpriced"
	AlertCreditNear   = "credit-near"
	AlertCredit       = "credit-reached"
	AlertCreditOnly   = "credit-reached-only"
	AlertVacantCall   = "call-from-vacant-room"

	AlertWakeTrouble    = "wakeup-not-rung"
	AlertWakeFailed     = "wakeup-failed"
	AlertWakeUnanswered = "wakeup-unanswered"
	AlertWakeAhead      = "wakeup-at-risk"
	AlertWakeClock      = "wakeup-without-clock"
	AlertWakeStands     = "wakeup-stands"
	AlertWakeAlarm      = "wakeup-alarm"
	AlertWakeHear       = "wakeup-asked"
	AlertBackup         = "backup-failed"
	AlertRestored       = "restored"
	AlertUpdateBack     = "update-taken-back"
	AlertUpdateStays    = "update-cannot-go-back"
	AlertMail           = "mail-stopped"
	AlertMailAddress    = "mail-address-refused"
	AlertNewCertificate = "certificate-new"
	AlertCertificate    = "certificate-ends"
	AlertSMS            = "sms-not-sent"

	// Entries of a minibar that wait for a person's word, see [ResolveEntry].
	AlertMinibarDoubt   = "minibar-unclear"
	AlertMinibarItem    = "minibar-item"
	AlertMinibarCount   = "minibar-count"
	AlertMinibarRemoval = "minibar-removal"
	AlertMinibarNobody  = "minibar-nobody"

	AlertLate   = "late-posting"
	AlertNobody = "posting-nobody"
	AlertStaff  = "staff-unknown"
)

// alertSum is the same for equal alerts, so that repeats are counted.
func alertSum(r *RaiseAlert) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q%q", r.Code, r.Room)
	if r.Joined {
		if stay := r.Params["stay"]; stay != "" {
			fmt.Fprintf(h, "%q", stay)
		}
		return h.Sum(nil)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Params)) {
		fmt.Fprintf(h, "%q%q", k, r.Params[k])
	}
	return h.Sum(nil)
}

// findAlert gives the id of an alert, short enough to be typed, and the
// record when it is open already. Different alerts whose short ids are equal
// get longer ones.
func (a *applier) findAlert(r *RaiseAlert) (id string, al Alert, open bool) {
	sum := alertSum(r)
	for n := 4; ; n *= 2 {
		id, al = hex.EncodeToString(sum[:n]), Alert{}
		open = a.tx.Get(AlertKey(id), &al)
		same := al.Code == r.Code && al.Room == r.Room && (r.Joined && al.Params["stay"] == r.Params["stay"] || maps.Equal(al.Params, r.Params))
		if !open || n == len(sum) || same {
			return id, al, open
		}
	}
}

func (a *applier) alert(r *RaiseAlert) error {
	_, err := a.raise(r)
	return err
}

// guestWord stands in a hook's words for the name of the stay that the parameter
// "stay" says.
const guestWord = "{guest}"

// withoutGuest takes the name out of what a hook says of a check-in: it is looked
// up when the alert is shown.
func (a *applier) withoutGuest(raise *RaiseAlert, params map[string]string) {
	names := a.ev.Names()
	if a.ev.Kind != KindCheckIn || len(names) == 0 {
		return
	}
	for k, v := range params {
		if bare := replaceWords(v, names, guestWord); bare != v {
			raise.Params[clip(k)], raise.Params["stay"] = clip(bare), clip(a.ev.stays()[0])
		}
	}
}

// raise opens an alert, or counts it, and gives its id.
func (a *applier) raise(r *RaiseAlert) (string, error) {
	if r.Code == "" {
		return "", &Invalid{Effect: "alert", Field: "code", Rule: "is missing"}
	}
	raise := &RaiseAlert{Code: clip(r.Code), Room: clip(r.Room), Params: map[string]string{}, Joined: r.Joined}
	for k, v := range r.Params {
		raise.Params[clip(k)] = clip(v)
	}
	a.withoutGuest(raise, r.Params)
	id, al, open := a.findAlert(raise)
	most := maxAlerts
	if raise.Code == AlertEmergency || raise.Code == AlertNoHelp {
		most = maxAlertsForHelp // no flood of others hides a call for help
	}
	if !open && countTo(a.tx, PrefixAlert, most) >= most {
		raise = &RaiseAlert{Code: AlertMany}
		id, al, open = a.findAlert(raise)
	}
	now := a.ev.Time
	if !open {
		al = Alert{ID: id, Code: raise.Code, Room: raise.Room, Params: raise.Params, Event: a.ev.ID, First: now}
		a.tx.Emit(Event{Kind: KindAlert, Room: raise.Room, Fields: map[string]string{"alert": id, "code": raise.Code}})
		a.mailAlert(al, r.Mail)
	}
	if from, joined := al.Params["from"]; raise.Joined {
		al.Params = raise.Params
		if joined {
			al.Params["from"] = from
		}
	}
	al.Count++
	if now.After(al.Last) { // what waited may be counted after what came later
		al.Last = now
	}
	a.tx.Put(AlertKey(id), al)
	if !open && raise.Code != AlertSMS {
		return id, a.textAlert(al, r.SMS)
	}
	return id, nil
}

func (a *applier) resolve(r *ResolveAlert) error {
	var al Alert
	if !a.tx.Get(AlertKey(r.ID), &al) {
		return &Invalid{"alert", "id", "must be an open alert", clip(r.ID)}
	}
	if al.holdsEntry() {
		return &Invalid{"alert", "id", "holds what was entered at a minibar: \"bellhop minibar resolve\" posts it, or with --drop does not", al.ID}
	}
	a.tx.Delete(AlertKey(r.ID))
	return nil
}
