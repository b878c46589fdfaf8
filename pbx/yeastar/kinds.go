package yeastar

import (
	"strings"

	"bellhop/hotel"
)

// kinds maps the sender's words in small letters (API 2.0.0, Event Reports;
// API 1.x, API Reports). The 2.0.0 manual itself prints Tranfer, and
// overview and chapters disagree on CallTransfer and CallForward.
var kinds = map[string]hotel.Kind{
	"bootup":                        hotel.KindBoot,
	"configchange":                  hotel.KindConfig,
	"extensionstatus":               hotel.KindExtension,
	"callstatus":                    hotel.KindCall,
	"ring":                          hotel.KindCall,
	"alert":                         hotel.KindCall,
	"answer":                        hotel.KindCall,
	"answered":                      hotel.KindCall,
	"bye":                           hotel.KindCall,
	"newcdr":                        hotel.KindCDR,
	"dtmf":                          hotel.KindDTMF,
	"playpromptend":                 hotel.KindPromptEnd,
	"callfailed":                    hotel.KindCallFailed,
	"transfer":                      hotel.KindTransfer,
	"tranfer":                       hotel.KindTransfer,
	"calltransfer":                  hotel.KindTransfer,
	"forward":                       hotel.KindForward,
	"callforward":                   hotel.KindForward,
	"invite":                        hotel.KindInvite,
	"incoming":                      hotel.KindIncoming,
	"conferencestatus":              hotel.KindConference,
	"satisfaction":                  hotel.KindSatisfaction,
	"sms-send":                      hotel.KindSMS,
	"uacstacall":                    hotel.KindUACSTA,
	"queueagentringnoanswertimeout": hotel.KindAgentTimeout,
	"queueautopause":                hotel.KindAgentPaused,
}

func kindOf(name string) hotel.Kind {
	if kind, known := kinds[strings.ToLower(strings.TrimSpace(name))]; known {
		return kind
	}
	return hotel.KindUnknown
}
