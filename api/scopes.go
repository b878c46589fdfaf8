package api

import "bellhop/hotel"

// What a route needs of who comes over TCP, besides the scopes of tokens.
const (
	scopeOpen hotel.Scope = "open" // nothing: anybody may ask
	// scopeBox are routes that are answered on the socket alone: who has stolen a
	// token, even of the highest scope, makes no other one with it.
	scopeBox hotel.Scope = "box"
)

// scopes says of each route what it needs over TCP. One that is missing is not
// answered there. On the socket all are, to its owner alone.
//
// Who may only read learns no guest's name: such a route either tells none, or
// asks namesFor. What somebody has dialled or owes is for the desk.
var scopes = map[string]hotel.Scope{
	"GET /healthz": scopeOpen,
	"GET /metrics": scopeOpen,

	"GET /v1/status":         hotel.ScopeRead,
	"GET /v1/alerts":         hotel.ScopeRead, // without names
	"GET /v1/rooms":          hotel.ScopeRead,
	"GET /v1/occupancy":      hotel.ScopeRead,
	"GET /v1/items":          hotel.ScopeRead,
	"GET /v1/tariff":         hotel.ScopeRead,
	"GET /v1/cron":           hotel.ScopeRead,
	"GET /v1/wakeups":        hotel.ScopeRead,
	"GET /v1/sums":           hotel.ScopeRead,
	"GET /v1/reconciliation": hotel.ScopeRead,

	"GET /v1/events":                      hotel.ScopeDesk,
	"GET /v1/events/{id}":                 hotel.ScopeDesk,
	"GET /v1/queue":                       hotel.ScopeDesk,
	"GET /v1/queue/{id}":                  hotel.ScopeDesk,
	"POST /v1/alerts/{id}/resolve":        hotel.ScopeDesk,
	"POST /v1/checkin":                    hotel.ScopeDesk,
	"POST /v1/checkout":                   hotel.ScopeDesk,
	"POST /v1/move":                       hotel.ScopeDesk,
	"POST /v1/swap":                       hotel.ScopeDesk,
	"POST /v1/extend":                     hotel.ScopeDesk,
	"GET /v1/phones":                      hotel.ScopeDesk,
	"POST /v1/phones/{extension}/restore": hotel.ScopeDesk,
	"POST /v1/rooms/check":                hotel.ScopeDesk,
	"POST /v1/rooms/mend":                 hotel.ScopeDesk,
	"POST /v1/wakeups":                    hotel.ScopeDesk,
	"POST /v1/wakeups/cancel":             hotel.ScopeDesk,
	"GET /v1/reports":                     hotel.ScopeDesk,
	"GET /v1/reports/{name}":              hotel.ScopeDesk,
	"GET /v1/calls":                       hotel.ScopeDesk,
	"GET /v1/calls/unpriced":              hotel.ScopeDesk,
	"POST /v1/calls/{id}/assign":          hotel.ScopeDesk,
	"GET /v1/postings":                    hotel.ScopeDesk,
	"POST /v1/postings/{id}/{do}":         hotel.ScopeDesk,
	"GET /v1/folio":                       hotel.ScopeDesk,
	"POST /v1/folio/pay":                  hotel.ScopeDesk,
	"POST /v1/folio/limit":                hotel.ScopeDesk,
	"POST /v1/minibar":                    hotel.ScopeDesk,
	"POST /v1/minibar/resolve":            hotel.ScopeDesk,
	"GET /v1/staff":                       hotel.ScopeDesk,
	"GET /v1/hooks":                       hotel.ScopeDesk, // what a hook failed with may hold a name
	"GET /v1/parked":                      hotel.ScopeDesk,

	"POST /v1/events/{id}/rerun":   hotel.ScopeAdmin,
	"GET /v1/events/{id}/trace":    hotel.ScopeAdmin,
	"POST /v1/queue/{id}/{do}":     hotel.ScopeAdmin,
	"POST /v1/import":              hotel.ScopeAdmin,
	"POST /v1/items/delete":        hotel.ScopeAdmin,
	"POST /v1/staff":               hotel.ScopeAdmin,
	"POST /v1/tariff":              hotel.ScopeAdmin,
	"POST /v1/calls/price":         hotel.ScopeAdmin,
	"POST /v1/cron/run":            hotel.ScopeAdmin,
	"POST /v1/rooms/order":         hotel.ScopeAdmin,
	"POST /v1/rooms/proposal":      hotel.ScopeAdmin,
	"POST /v1/rooms/loose":         hotel.ScopeAdmin,
	"POST /v1/occupancy":           hotel.ScopeAdmin,
	"POST /v1/occupancy/proposal":  hotel.ScopeAdmin,
	"POST /v1/hooks/reload":        hotel.ScopeAdmin,
	"POST /v1/hooks/{file}/reset":  hotel.ScopeAdmin,
	"POST /v1/hooks/{file}/accept": hotel.ScopeAdmin,
	"GET /v1/past":                 hotel.ScopeAdmin,
	"GET /v1/past/since":           hotel.ScopeAdmin,
	"GET /v1/past/now":             hotel.ScopeAdmin,
	"POST /v1/mail/test":           hotel.ScopeAdmin,
	"POST /v1/doctor":              hotel.ScopeAdmin,
	"POST /v1/doctor/play":         hotel.ScopeAdmin,
	"POST /v1/neighbours":          hotel.ScopeAdmin,

	// A backup is written where its order says, with the agent's rights.
	"GET /v1/backup":  scopeBox,
	"POST /v1/backup": scopeBox,

	"GET /v1/tokens":                scopeBox,
	"POST /v1/tokens":               scopeBox,
	"POST /v1/tokens/{name}/revoke": scopeBox,
}
