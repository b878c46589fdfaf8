package hotel

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
)

// The codes of alerts that the rules raise. "hook" is a hook's own words.
const (
	AlertHook         = "hook"
	AlertHookFailed   = "hook-failed"
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
	AlertDatabase     = "database-replaced"
	AlertMany         = "too-many-alerts"
)

// alertID is the same for equal alerts, so that repeats are counted.
func alertID(r *RaiseAlert) string {
	h := sha256.New()
	h.Write([]byte(r.Code + "\x00" + r.Room))
	for _, k := range slices.Sorted(maps.Keys(r.Params)) {
		h.Write([]byte("\x00" + k + "\x00" + r.Params[k]))
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

func (a *applier) alert(r *RaiseAlert) error {
	if r.Code == "" {
		return &Invalid{Effect: "alert", Field: "code", Rule: "is missing"}
	}
	raise := &RaiseAlert{Code: r.Code, Room: clip(r.Room), Params: map[string]string{}}
	for k, v := range r.Params {
		raise.Params[k] = clip(v)
	}
	id := alertID(raise)
	var al Alert
	if !a.tx.Get(AlertKey(id), &al) {
		if countTo(a.tx, PrefixAlert, maxAlerts) >= maxAlerts {
			raise = &RaiseAlert{Code: AlertMany}
			id = alertID(raise)
		}
		a.tx.Get(AlertKey(id), &al)
	}
	now := a.ev.Time
	if al.Count == 0 {
		al = Alert{ID: id, Code: raise.Code, Room: raise.Room, Params: raise.Params, Event: a.ev.ID, First: now}
		a.tx.Emit(Event{Kind: KindAlert, Room: raise.Room, Fields: map[string]string{"alert": id, "code": raise.Code}})
	}
	al.Count++
	al.Last = now
	a.tx.Put(AlertKey(id), al)
	return nil
}

func (a *applier) resolve(r *ResolveAlert) error {
	var al Alert
	if !a.tx.Get(AlertKey(r.ID), &al) {
		return &Invalid{"alert", "id", "must be an open alert", clip(r.ID)}
	}
	a.tx.Delete(AlertKey(r.ID))
	return nil
}
