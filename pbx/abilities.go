package pbx

// Ability is what a PBX may be able to do beside [Driver], by the interface
// that a driver satisfies.
type Ability string

// The abilities.
const (
	AbleExtensions Ability = "extensions" // ExtensionLister
	AbleSettings   Ability = "settings"   // ExtensionSetter
	AbleRoutes     Ability = "routes"     // RouteLister
	AbleCheckOut   Ability = "checkout"   // CheckOuter
	AbleAlarms     Ability = "alarms"     // AlarmKeeper
	AbleDial       Ability = "dial"       // Dialer
	AblePrompts    Ability = "prompts"    // PromptPlayer
	AbleCalls      Ability = "calls"      // CallKeeper
	AbleVoicemail  Ability = "voicemail"  // VoicemailKeeper
	AbleHistory    Ability = "history"    // CallHistory
	AbleRecordings Ability = "recordings" // RecordingFetcher
	AbleSMS        Ability = "sms"        // SMSSender
)

// Abilities says which a driver has, and which it has not.
func Abilities(d Driver) (has, lacks []Ability) {
	note := func(a Ability, able bool) {
		if able {
			has = append(has, a)
			return
		}
		lacks = append(lacks, a)
	}
	note(AbleExtensions, is[ExtensionLister](d))
	note(AbleSettings, is[ExtensionSetter](d))
	note(AbleRoutes, is[RouteLister](d))
	note(AbleCheckOut, is[CheckOuter](d))
	note(AbleAlarms, is[AlarmKeeper](d))
	note(AbleDial, is[Dialer](d))
	note(AblePrompts, is[PromptPlayer](d))
	note(AbleCalls, is[CallKeeper](d))
	note(AbleVoicemail, is[VoicemailKeeper](d))
	note(AbleHistory, is[CallHistory](d))
	note(AbleRecordings, is[RecordingFetcher](d))
	note(AbleSMS, is[SMSSender](d))
	return has, lacks
}

func is[T any](d Driver) bool {
	_, able := d.(T)
	return able
}
