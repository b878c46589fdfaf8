package hotel

import (
	"slices"
	"strings"
	"time"
)

// OpRelay is the Op of a call that hands a report of the PBX on as it came, to
// a program that took the reports before us.
const OpRelay = "relay"

const (
	// relayTo begins the destination of such calls, so that a receiver that is
	// away holds nothing up that goes to the same host for another reason.
	relayTo = "relay:"
	// relayExpiry: what happened an hour ago is of no use to who shows what
	// happens now.
	relayExpiry = time.Hour
)

// Relay is the call that hands a report on to the receiver at address, in the
// order of the report's rooms. body is what goes out, byte for byte.
func Relay(ev *Event, body []byte, address string) QueuedCall {
	return QueuedCall{
		To: relayTo + address, Op: OpRelay, URL: address, Raw: body, Room: ev.Room, Lanes: slices.Clone(ev.Lanes),
		Urgency: Bulk, Kind: Idempotent, CallID: ev.CallID, Unit: OpRelay, Lasts: relayExpiry,
	}
}

// RelayAddress gives the receiver of a destination of relayed reports; false
// for every other destination.
func RelayAddress(to string) (string, bool) { return strings.CutPrefix(to, relayTo) }
