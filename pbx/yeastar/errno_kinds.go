package yeastar

import "bellhop/pbx"

// errnoKinds says what a caller is to do about an error number; the words
// behind each are the manual's (API 2.0.0, Error Code).
var errnoKinds = map[Errno][]error{
	10003: {pbx.ErrUnsupported}, // request not in this API

	10025: {pbx.ErrRetry},                   // apply too often
	20011: {pbx.ErrRetry},                   // heartbeat not taken
	30001: {pbx.ErrRetry},                   // no memory for the JSON
	30003: {pbx.ErrRetry},                   // apisrv does not run
	10116: {pbx.ErrRetry},                   // no connection to the telephony part
	10017: {pbx.ErrRetry, pbx.ErrUncertain}, // setting the extension failed
	10020: {pbx.ErrRetry, pbx.ErrUncertain}, // setting the alarm failed
	20010: {pbx.ErrRetry, pbx.ErrUncertain}, // apisrv failed with it
	30002: {pbx.ErrRetry, pbx.ErrUncertain}, // the telephony part did not answer in time
	20004: {pbx.ErrRetry},                   // no such token, after a new login too
	20005: {pbx.ErrRetry},                   // token empty
	20006: {pbx.ErrRetry},                   // token ended
	20012: {pbx.ErrRetry},                   // key to a recording
	20017: {pbx.ErrRetry},                   // key to a voicemail
	20020: {pbx.ErrRetry},                   // key to a CDR file

	10008: {pbx.ErrBusy}, // extension not idle
	10015: {pbx.ErrBusy}, // call not bridged
	10016: {pbx.ErrBusy}, // too late to take or refuse the call
	10027: {pbx.ErrBusy}, // GSM module in use

	10005: {pbx.ErrMissing}, // callid
	10006: {pbx.ErrMissing}, // extension
	10007: {pbx.ErrMissing}, // call
	10011: {pbx.ErrMissing}, // number called
	10021: {pbx.ErrMissing}, // alarm
	10023: {pbx.ErrMissing}, // prompt
	10026: {pbx.ErrMissing}, // GSM module
	10079: {pbx.ErrMissing}, // extension of an outbound route
	10083: {pbx.ErrMissing}, // outbound route
	10103: {pbx.ErrMissing}, // channel
	20014: {pbx.ErrMissing}, // recording
	20018: {pbx.ErrMissing}, // voicemail
	20021: {pbx.ErrMissing}, // CDRs

	10022: {pbx.ErrExists}, // alarm

	10024: {pbx.ErrInvalid}, // no right to call out
	10028: {pbx.ErrInvalid}, // number empty
	10030: {pbx.ErrInvalid}, // SMS empty
	10031: {pbx.ErrInvalid}, // number not as it must be
	10033: {pbx.ErrInvalid}, // setting an extension's routes failed
	10078: {pbx.ErrInvalid}, // trunk of an outbound route
	10080: {pbx.ErrInvalid}, // extension group of an outbound route
	10081: {pbx.ErrInvalid}, // too many outbound routes
	10082: {pbx.ErrInvalid}, // deleting an outbound route failed
	10101: {pbx.ErrInvalid}, // caller and callee do not go together
	10104: {pbx.ErrInvalid}, // volume beyond 0 to 20
	10118: {pbx.ErrInvalid}, // volume no number
	10131: {pbx.ErrInvalid}, // number out of range
	10140: {pbx.ErrInvalid}, // value not as it must be
	20015: {pbx.ErrInvalid}, // allowedip
	20019: {pbx.ErrInvalid}, // form of a time

	10032: {pbx.ErrAuth}, // password
	20002: {pbx.ErrAuth}, // locked
	20003: {pbx.ErrAuth}, // user name or password
}
