package hotel

import "strings"

// WakeUpBoot says that the PBX has begun anew.
type WakeUpBoot struct{}

// applyWakeUp carries out what concerns wake-ups.
func (a *applier) applyWakeUp(e Effect) error {
	switch {
	case e.WakeUpAdd != nil:
		return a.addWakeUps(e.WakeUpAdd)
	case e.WakeUpCancel != nil:
		return a.cancelWakeUps(e.WakeUpCancel)
	case e.WakeUpStep != nil:
		a.stepWakeUp(e.WakeUpStep)
	case e.WakeUpKeyed != nil:
		a.keyWakeUps(e.WakeUpKeyed)
	case e.WakeUpEnded != nil:
		a.endWakeCall(e.WakeUpEnded)
	case e.WakeUpPlaced != nil:
		a.placedCall(e.WakeUpPlaced)
	case e.WakeUpAlarms != nil:
		a.noteAlarms(e.WakeUpAlarms)
	case e.WakeUpSpoken != nil:
		a.hearSpoken(e.WakeUpSpoken)
	case e.WakeUpHear != nil:
		return a.hearWakeUps(e.WakeUpHear)
	case e.WakeUpBoot != nil:
		a.bootWakeUps()
	default:
		return &Invalid{Effect: "effect", Rule: "is empty"}
	}
	return nil
}

// wakeCommandRules are those of a person's order, and of the agent's own steps.
func wakeCommandRules(ev *Event) []Effect {
	w := ev.WakeUp
	switch {
	case w == nil:
	case ev.Name == CommandWakeAdd && w.Add != nil:
		return []Effect{{WakeUpAdd: w.Add}}
	case ev.Name == CommandWakeCancel && w.Cancel != nil:
		return []Effect{{WakeUpCancel: w.Cancel}}
	case ev.Name == CommandWakeAlarms && w.Alarms != nil:
		return []Effect{{WakeUpAlarms: w.Alarms}}
	case ev.Name == CommandWakeSteps && len(w.Steps) > 0:
		var effects []Effect
		for i := range w.Steps {
			effects = append(effects, Effect{WakeUpStep: &w.Steps[i]})
		}
		return effects
	}
	return []Effect{{}} // an empty effect is refused with a reason
}

// wakeRequestRules are those of what a guest dials. Whatever hooks do beside:
// that a guest is woken depends on none.
func wakeRequestRules(ev *Event, room, digits string) []Effect {
	switch ev.Entry.Kind {
	case EntryWakeUpSet:
		return []Effect{{WakeUpAdd: &WakeUpAdd{Rooms: []string{room}, From: WakeFromPhone, Time: ev.Entry.Time, Digits: digits}}}
	case EntryWakeUpCancel:
		return []Effect{{WakeUpCancel: &WakeUpCancel{Rooms: []string{room}, Digits: digits}}}
	}
	return []Effect{{WakeUpHear: &WakeUpHear{Room: room, Extension: ev.Extension}}}
}

// confirmRules take the key of a call that we placed.
func confirmRules(ev *Event) []Effect {
	return []Effect{{WakeUpKeyed: &WakeUpKeyed{Room: ev.Room, Extension: ev.Extension, CallID: ev.CallID, Told: ev.Entry.Room}}}
}

// spokenRules take the beginning of a call that we placed.
func spokenRules(ev *Event) []Effect {
	return []Effect{{WakeUpSpoken: &WakeUpSpoken{Room: ev.Room, Extension: ev.Extension, CallID: ev.CallID, Languages: ev.Entry.Languages}}}
}

// wakeKeyRules take a single key, where a wake-up is rung.
func wakeKeyRules(ev *Event) []Effect {
	if ev.Key == "" || !ev.Ringing {
		return nil
	}
	return []Effect{{WakeUpKeyed: &WakeUpKeyed{Room: ev.Room, Extension: ev.Extension, CallID: ev.CallID, Single: true}}}
}

// wakeEndRules take the end of a call, where a wake-up is rung.
func wakeEndRules(ev *Event) []Effect {
	if !ev.Ringing {
		return nil
	}
	e := &WakeUpEnded{Room: ev.Room, Extension: ev.Extension, CallID: ev.CallID}
	if ev.CDR != nil {
		e.From, e.To, e.Status = ev.CDR.From, ev.CDR.To, ev.CDR.Status
	} else if strings.Contains(strings.ToLower(ev.Fields["reason"]), "busy") {
		e.Status = "BUSY"
	}
	return []Effect{{WakeUpEnded: e}}
}

// wakePlacedRules take what came of a call that the PBX was to place; nil: it
// was something else.
func wakePlacedRules(ev *Event) []Effect {
	f := ev.Fields
	if f["to"] != ToCalls || f["op"] == OpPlay || f["op"] == OpDial {
		return nil
	}
	return []Effect{{WakeUpPlaced: &WakeUpPlaced{
		Subject: f["subject"], Op: f["op"], State: CallState(f["state"]), Reply: f["reply"], Error: f["error"],
	}}}
}
