package hotel

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rules are the hotel's own: what an event means whatever the hooks do. The
// result is the effects of the unit [RulesUnit]. hooked says that at least
// one hook takes the event.
func Rules(ev *Event, hooked bool) []Effect {
	switch ev.Kind {
	case KindDTMF:
		if ev.Digits != "" {
			return digitRules(ev, hooked)
		}
		return wakeKeyRules(ev)
	case KindBoot:
		return []Effect{{WakeUpBoot: &WakeUpBoot{}}}
	case KindUnknown:
		return unknownRules(ev)
	case KindCDR:
		return slices.Concat([]Effect{{Call: &RecordCall{}}}, emergencyRules(ev), wakeEndRules(ev))
	case KindCall:
		return emergencyRules(ev)
	case KindCallFailed:
		return append(emergencyRules(ev), wakeEndRules(ev)...)
	case KindCheckIn:
		return []Effect{{CheckIn: checkInOf(ev)}}
	case KindCheckOut:
		return []Effect{{CheckOut: &CheckOut{Room: ev.Room, Stay: ev.Fields["stay"], All: said(ev, "all"), Now: said(ev, "now")}}}
	case KindMove:
		return []Effect{{Move: &MoveStay{From: ev.Room, To: ev.Fields["to"], Stay: ev.Fields["stay"], Swap: said(ev, "swap")}}}
	case KindCommand:
		return commandRules(ev)
	case KindCron:
		return cronRules(ev)
	case KindGap:
		return gapRules(ev)
	case KindDelivered:
		switch ev.Fields["op"] {
		case OpSight:
			return sightRules(ev)
		case OpSurvey:
			return surveyRules(ev)
		}
		return wakePlacedRules(ev)
	case KindRefused, KindExpired:
		if effects := wakePlacedRules(ev); effects != nil {
			return effects
		}
		return outcomeRules(ev)
	}
	return nil
}

func alertOf(code, room string, params map[string]string) []Effect {
	return []Effect{{Alert: &RaiseAlert{Code: code, Room: room, Params: params}}}
}

// digitRules see to it that no key press is lost: what nobody acts on
// becomes an alert.
func digitRules(ev *Event, hooked bool) []Effect {
	digits := strings.TrimSpace(ev.Digits)
	room := ev.Room
	if ev.Entry != nil && ev.Entry.Kind == EntryConfirm {
		return confirmRules(ev)
	}
	if ev.Entry != nil && ev.Entry.Kind == EntrySpeaks {
		return spokenRules(ev)
	}
	if ev.Entry != nil && ev.Entry.Room != "" {
		room = ev.Entry.Room // as dialled, from whatever phone
	}
	if room == "" {
		return alertOf(AlertUnknownRoom, "", map[string]string{"extension": ev.Extension, "digits": digits})
	}
	if ev.Entry == nil {
		if hooked {
			return nil
		}
		return alertOf(AlertBadDigits, room, map[string]string{"digits": digits})
	}
	switch ev.Entry.Kind {
	case EntryWrongPIN:
		return alertOf(AlertWrongPIN, room, map[string]string{"staff": ev.Entry.Staff})
	case EntryDND:
		return []Effect{{DND: &SetDND{Room: room, On: ev.Entry.On, From: DNDPhone}}}
	case EntryWakeUpSet, EntryWakeUpCancel, EntryWakeUpHear:
		return wakeRequestRules(ev, room, digits)
	default:
		return serviceRules(ev, room, digits, hooked)
	}
}

// serviceRules are for what staff enters: "looked through, nothing taken" also
// lets a guest go who is leaving.
func serviceRules(ev *Event, room, digits string, hooked bool) []Effect {
	var effects []Effect
	if !hooked {
		effects = alertOf(AlertNoHook, room, map[string]string{"service": string(ev.Entry.EventKind()), "digits": digits})
	}
	if ev.Entry.Kind == EntryMinibar && ev.Entry.Nothing {
		effects = append(effects, Effect{Looked: &LookThrough{Room: room}})
	}
	return append(effects, seenStaff(room, ev.Entry.Staff)...)
}

func unknownRules(ev *Event) []Effect {
	if why := ev.Fields["error"]; ev.Name == "" && why != "" {
		return alertOf(AlertUnreadable, "", map[string]string{"error": why})
	}
	return alertOf(AlertUnknownEvent, "", map[string]string{"name": ev.Name})
}

// The names of commands that have no event kind of their own.
const (
	CommandImport  = "import"
	CommandResolve = "alert resolve"
	CommandRetry   = "queue retry"
	CommandDrop    = "queue drop"
	CommandReport  = "report" // the agent tells of itself: an alert
	CommandRestore = "phones restore"
	CommandPhone   = "phone" // the agent remembers what the PBX held
	CommandExtend  = "extend"
	CommandPlay    = "play" // a person wants to hear a recording on a room's telephone
)

func commandRules(ev *Event) []Effect {
	if effects, known := roomRules(ev); known {
		return effects
	}
	switch ev.Name {
	case CommandImport:
		if ev.Import != nil {
			return []Effect{{Import: ev.Import}}
		}
	case CommandResolve:
		return []Effect{{ResolveAlert: &ResolveAlert{ID: ev.Fields["alert"]}}}
	case CommandRetry, CommandDrop:
		id, err := strconv.ParseUint(ev.Fields["call"], 10, 64)
		if err != nil {
			id = 0 // no call has it: the order is refused
		}
		return []Effect{{Requeue: &Requeue{Call: id, Drop: ev.Name == CommandDrop}}}
	case CommandRestore:
		return []Effect{{Restore: &RestorePhone{Extension: ev.Extension}}}
	case CommandPhone:
		if ev.Phone != nil {
			return []Effect{{Phone: ev.Phone}}
		}
	case CommandWakeAdd, CommandWakeCancel, CommandWakeSteps, CommandWakeAlarms:
		return wakeCommandRules(ev)
	case CommandCorrect, CommandResend, CommandWriteOff, CommandMovePosting, CommandPay:
		return postingRules(ev)
	case CommandMinibarPost, CommandMinibarResolve:
		return minibarRules(ev)
	case CommandItemDelete:
		return []Effect{{DeleteItem: &DeleteItem{Minibar: ev.Fields["minibar"], Code: ev.Fields["item"]}}}
	case CommandLimit:
		return limitRules(ev)
	case CommandAssignCall, CommandPriceCalls:
		return callRules(ev)
	case CommandTariff:
		if ev.Tariff != nil {
			return []Effect{{Tariff: ev.Tariff}}
		}
	case CommandStaffAdd, CommandStaffRemove:
		return staffRules(ev)
	case CommandTokenAdd, CommandTokenRevoke, CommandTokenUsed:
		return tokenRules(ev)
	case CommandExtend:
		return []Effect{{Extend: &ExtendStay{Room: ev.Room, Stay: ev.Fields["stay"], Leaves: ev.Fields["leaves"]}}}
	case CommandPlay:
		return []Effect{{HookCall: &HookCall{Room: ev.Room, Prompts: []string{ev.Fields["prompt"]}, ExpireAfter: time.Minute, Answer: true}}}
	case CommandReport:
		params := maps.Clone(ev.Fields)
		code := params["code"]
		delete(params, "code")
		return alertOf(code, ev.Room, params)
	}
	return []Effect{{}} // an empty effect is refused with a reason
}

// cronRules remember for which time a schedule ran.
func cronRules(ev *Event) []Effect {
	due, err := time.Parse(time.RFC3339, ev.Fields["due"])
	if err != nil {
		return nil
	}
	effects := []Effect{{CronRan: &CronRan{Name: ev.Name, Due: due}}}
	if ev.Fields["missed"] == string(MissedReport) {
		effects = append(effects, alertOf(AlertJobMissed, "", map[string]string{"job": ev.Name, "due": ev.Fields["due"]})...)
	}
	return effects
}

// outcomeRules tell a person of a queued call that ended without success.
func outcomeRules(ev *Event) []Effect {
	if ev.Fields["op"] == OpRelay {
		return alertOf(AlertRelay, "", map[string]string{"to": ev.Fields["to"]}) // one for all rooms
	}
	if ev.Fields["to"] == BackupTo {
		return alertOf(AlertBackup, "", map[string]string{"error": cmp.Or(ev.Fields["error"], ev.Fields["state"])})
	}
	code := AlertRefused
	switch {
	case ev.Kind == KindExpired:
		code = AlertExpired
	case ev.Fields["state"] == string(CallUnknown):
		code = AlertUncertain
	}
	params := map[string]string{"to": ev.Fields["to"], "op": ev.Fields["op"]}
	if why := ev.Fields["error"]; why != "" {
		params["error"] = why
	}
	return alertOf(code, ev.Room, params)
}
