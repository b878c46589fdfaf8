package yeastar

import "bellhop/pbx"

// meaning is what an error number says, and what a caller is to do about it: the
// kinds of package pbx, or none if a person must look.
type meaning struct {
	words string
	kinds []error
}

// What numbers of one row have in common.
var (
	notNow      = []error{pbx.ErrRetry}
	maybeDone   = []error{pbx.ErrRetry, pbx.ErrUncertain}
	otherState  = []error{pbx.ErrBusy}
	notThere    = []error{pbx.ErrMissing}
	forGood     = []error{pbx.ErrInvalid}
	notLetIn    = []error{pbx.ErrAuth}
	ourOwnFault []error
)

// errnoMeanings are by the manual (API 2.0.0, Error Code).
var errnoMeanings = map[Errno]meaning{
	10003: {"its API has no such request", []error{pbx.ErrUnsupported}},

	10025: {"commands come too often", notNow},
	20011: {"it has not taken the heartbeat", notNow},
	30001: {"it is out of memory", notNow},
	30003: {"its API service does not run", notNow},
	10116: {"its API has no connection to the telephony part", notNow},
	10017: {"setting the extension failed", maybeDone},
	10020: {"setting the alarm failed", maybeDone},
	20010: {"its API service failed", maybeDone},
	30002: {"its telephony part did not answer in time", maybeDone},
	20004: {"it does not know our login", notNow}, // after a new login, too
	20005: {"the login is missing", notNow},
	20006: {"the login has ended", notNow},
	20012: {"the key to the recording was used or is too old", notNow},
	20017: {"the key to the voicemail was used or is too old", notNow},
	20020: {"the key to the call records was used or is too old", notNow},

	10008: {"the extension is not idle", otherState},
	10015: {"the call is not connected", otherState},
	10016: {"it is too late to take or refuse the call", otherState},
	10027: {"the GSM module is in use", otherState},

	10005: {"there is no such call id", notThere},
	10006: {"there is no such extension", notThere},
	10007: {"there is no such call", notThere},
	10011: {"the number called does not exist", notThere},
	10021: {"there is no such alarm", notThere},
	10023: {"there is no such prompt: upload it on the PBX's page", notThere},
	10026: {"there is no such GSM module", notThere},
	10079: {"an extension of the outbound route does not exist", notThere},
	10083: {"there is no such outbound route", notThere},
	10103: {"there is no such channel", notThere},
	20014: {"there is no such recording", notThere},
	20018: {"there is no such voicemail", notThere},
	20021: {"there are no call records", notThere},

	10022: {"the alarm is there already", []error{pbx.ErrExists}},

	10024: {"the extension may not call out", forGood},
	10028: {"the number is empty", forGood},
	10030: {"the text message is empty", forGood},
	10031: {"the number is not as it must be", forGood},
	10033: {"setting the extension's outbound routes failed", forGood},
	10078: {"a trunk of the outbound route does not exist", forGood},
	10080: {"an extension group of the outbound route does not exist", forGood},
	10081: {"there are too many outbound routes", forGood},
	10082: {"deleting the outbound route failed", forGood},
	10101: {"caller and callee do not go together", forGood},
	10104: {"the volume is not from 0 to 20", forGood},
	10118: {"the volume is no number", forGood},
	10131: {"the number is out of range", forGood},
	10140: {"a value is not as it must be", forGood},
	20015: {"the address that may download is not as it must be", forGood},
	20019: {"the time is not as it must be", forGood},

	10032: {"wrong password", notLetIn},
	20002: {"this address is locked for ten minutes", notLetIn},
	20003: {"wrong user name or password", notLetIn},

	10004: {"a parameter of our request is empty", ourOwnFault},
	20000: {"our request is no JSON", ourOwnFault},
	20001: {"our request came by another method than POST", ourOwnFault},
	20007: {"our request is empty", ourOwnFault},
	20008: {"the port of our request is wrong", ourOwnFault},
}
