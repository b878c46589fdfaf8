package yeastar

import "bellhop/pbx"

// What a [Driver] can do beside [pbx.Driver]; what the model before it cannot
// is [pbx.ErrUnsupported] when it is asked.
var (
	_ pbx.Driver           = (*Driver)(nil)
	_ pbx.LoginTeller      = (*Driver)(nil)
	_ pbx.ExtensionLister  = (*Driver)(nil)
	_ pbx.ExtensionSetter  = (*Driver)(nil)
	_ pbx.NameCleaner      = (*Driver)(nil)
	_ pbx.RouteLister      = (*Driver)(nil)
	_ pbx.CheckOuter       = (*Driver)(nil)
	_ pbx.AlarmKeeper      = (*Driver)(nil)
	_ pbx.Dialer           = (*Driver)(nil)
	_ pbx.PromptPlayer     = (*Driver)(nil)
	_ pbx.CallKeeper       = (*Driver)(nil)
	_ pbx.CallHistory      = (*Driver)(nil)
	_ pbx.RecordingFetcher = (*Driver)(nil)
	_ pbx.VoicemailKeeper  = (*Driver)(nil)
	_ pbx.SMSSender        = (*Driver)(nil)
	_ pbx.EventCauser      = (*Driver)(nil)
)
