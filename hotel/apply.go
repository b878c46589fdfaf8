package hotel

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Tx is the state while a unit is being committed. What is put is seen by
// later reads of the same unit and, once committed, by everybody.
type Tx interface {
	View
	Put(key string, record any)
	Delete(key string)
	// Next gives a number that is never given again.
	Next() uint64
	Now() time.Time // UTC
	PutPosting(Posting)
	// Posting reads one, whatever became of it; false when there is none, or
	// retention took it.
	Posting(id string) (Posting, bool)
	// PostingsOf visits a stay's, the newest first, until visit returns false.
	PostingsOf(stay string, visit func(Posting) bool)
	PutCall(CallRecord)
	// Call reads the record of the call that an event reported; false when there
	// is none, or retention took it.
	Call(event uint64) (CallRecord, bool)
	// Legs are the records that one telephone call has until now.
	Legs(callID string) []CallRecord
	// Queue adds a call to the outbox; it gets its id and key there.
	Queue(QueuedCall)
	// Requeue puts a parked call back to its lane, or ends a parked or
	// waiting one; false when there is none, or it is being sent. The call has the
	// state that it comes to: one that tells of a posting and waits, but may have
	// arrived, is not dropped but parked as [CallUnknown].
	Requeue(call uint64, drop bool) (QueuedCall, bool)
	// Withdraw takes away the waiting call that tells the PMS of a posting: with a
	// reason it is parked, else it is dropped. False when none waits, or it is
	// being sent.
	Withdraw(p Posting, why string) (call uint64, ok bool)
	// Emit adds an event to the journal; its cause and depth are filled in.
	Emit(Event)
}

// Setup is what applying effects depends on beyond the state.
type Setup struct {
	PMS      bool   // somebody is told of postings, statuses and calls
	Currency string // ISO 4217
	Taxes    Taxes
	Tariff   TariffSetup // what holds for all calls
	Credit   CreditSetup
	// Zone is the hotel's; local dates and times are by it.
	Zone *time.Location
	// Phones: names and classes of service are set on the PBX. Vacate: what a
	// guest left on a telephone is taken off it at check-out.
	Phones, Vacate bool
	Classes        []string // classes of service that can be set
	Sweep          SweepGuards
	Wake           WakeSetup
	// MinibarDoubt is for how long after somebody came into a room an entry may
	// still be of who was there before; 0: it never is.
	MinibarDoubt time.Duration
	Language     string // the hotel's, zh or en
	// LookThrough: a room is looked through before who leaves it is gone.
	LookThrough bool
	// Incognito is what telephones show of a guest whose name they must not;
	// empty: their number.
	Incognito string
	// Voicemail are the classes whose telephones have voicemail, VoicemailVIP is
	// from which VIP level on they do whatever their class; none and 0: the
	// telephones stay as they are.
	Voicemail    []string
	VoicemailVIP int
	// Mail: people are written to, and of which alerts.
	Mail       bool
	MailAlerts MailAlerts
	SMS        SMSSetup
}

// Invalid says why an effect cannot be applied; nothing of its unit is.
type Invalid struct {
	Effect string // the effect's name, such as "post"
	Field  string
	Rule   string
	Value  string
}

func (e *Invalid) Error() string {
	text := e.Effect
	if e.Field != "" {
		text += "." + e.Field
	}
	switch {
	case e.Value == "":
		return text + ": " + e.Rule
	case strings.HasPrefix(e.Rule, "must "):
		return fmt.Sprintf("%s: %s, but it is %q", text, e.Rule, e.Value)
	}
	return fmt.Sprintf("%s: %q %s", text, e.Value, e.Rule)
}

// Bounds of what effects may keep.
const (
	maxText     = 500
	maxAmount   = 1_000_000_000_000
	maxQuantity = 9999
	maxKVKey    = 128
	maxStayID   = 128
	maxKVValue  = 4096
	maxKVKeys   = 1000
	maxAlerts   = 1000
	// maxAlertsForHelp counts all alerts, too.
	maxAlertsForHelp = maxAlerts + 200
	maxHTTPBody      = 64 << 10
	maxURL           = 2000
	maxMinibar       = 64
	// httpExpiry is how long a hook's POST is tried when it says nothing.
	httpExpiry = 24 * time.Hour
)

// Apply carries out the effects of one unit, in order. An *[Invalid] means
// that the whole unit must not be committed.
func Apply(tx Tx, ev *Event, unit string, effects []Effect, setup Setup) error {
	a := applier{tx: tx, ev: ev, unit: unit, setup: setup}
	for _, e := range effects {
		if err := a.apply(e); err != nil {
			return err
		}
	}
	return nil
}

type applier struct {
	tx    Tx
	ev    *Event
	unit  string
	setup Setup
	// booked is when what is entered is posted; zero: at the event's time.
	booked time.Time
}

func (a *applier) apply(e Effect) error {
	switch {
	case e.Post != nil:
		return a.post(e.Post)
	case e.Correct != nil:
		return a.correct(e.Correct)
	case e.Minibar != nil:
		return a.minibar(e.Minibar)
	case e.Unclear != nil:
		return a.unclearEntry(e.Unclear)
	case e.ResolveEntry != nil:
		return a.resolveEntry(e.ResolveEntry)
	case e.Staff != nil:
		return a.staff(e.Staff)
	case e.StaffSeen != nil:
		return a.staffSeen(e.StaffSeen)
	case e.Token != nil:
		return a.token(e.Token)
	case e.TokenUsed != nil:
		return a.tokenUsed(e.TokenUsed)
	case e.Settle != nil:
		return a.settle(e.Settle)
	case e.Pay != nil:
		return a.pay(e.Pay)
	case e.Alert != nil:
		return a.alert(e.Alert)
	case e.Status != nil:
		return a.status(e.Status)
	case e.DND != nil:
		return a.dnd(e.DND)
	case e.KV != nil:
		return a.kv(e.KV)
	case e.HTTP != nil:
		return a.http(e.HTTP)
	case e.CheckIn != nil && a.hooked():
		return a.orderCheckIn(e.CheckIn)
	case e.CheckOut != nil && a.hooked():
		return a.orderCheckOut(e.CheckOut)
	case e.Move != nil && a.hooked():
		return a.orderMove(e.Move)
	case e.HookCall != nil:
		return a.hookCall(e.HookCall)
	case e.SMS != nil:
		return a.sms(e.SMS)
	case e.CheckIn != nil:
		return a.checkIn(e.CheckIn)
	case e.CheckOut != nil:
		return a.checkOut(e.CheckOut)
	case e.Move != nil:
		return a.move(e.Move)
	case e.Extend != nil:
		return a.extend(e.Extend)
	case e.Looked != nil:
		a.looked(e.Looked)
	case e.Call != nil:
		return a.call()
	case e.AssignCall != nil:
		return a.assignCall(e.AssignCall)
	case e.SetLimit != nil:
		return a.setLimit(e.SetLimit)
	case e.PriceCalls != nil:
		return a.priceCalls(e.PriceCalls)
	case e.DeleteItem != nil:
		return a.deleteItem(e.DeleteItem)
	case e.Tariff != nil:
		return a.importTariff(e.Tariff)
	case e.Import != nil:
		return a.importLists(e.Import)
	case e.CronRan != nil:
		a.tx.Put(CronKey(e.CronRan.Name), CronState{LastRun: e.CronRan.Due})
	case e.ResolveAlert != nil:
		return a.resolve(e.ResolveAlert)
	case e.Sweep != nil:
		return a.sweep(e.Sweep)
	case e.Leave != nil:
		return a.sweepOut(e.Leave)
	case e.Backup != nil:
		a.backup()
	case e.Survey != nil:
		return a.surveyed(e.Survey)
	case e.Park != nil:
		a.tx.Put(ParkedUnitKey(e.Park.Event, e.Park.Unit), ParkedUnit{
			Event: e.Park.Event, Unit: e.Park.Unit, Error: clip(e.Park.Error), Time: a.tx.Now(),
		})
	case e.Unpark != nil:
		a.tx.Delete(ParkedUnitKey(e.Unpark.Event, e.Unpark.Unit))
	case e.Reran != nil:
		a.tx.Put(ReranKey(e.Reran.Event), e.Reran)
	case e.Requeue != nil:
		return a.requeue(e.Requeue)
	case e.Restore != nil:
		return a.restorePhone(e.Restore)
	case e.Phone != nil:
		a.notePhone(e.Phone)
	case e.Emergency != nil:
		return a.emergency(e.Emergency)
	case e.Report != nil:
		return a.report(e.Report)
	case e.Room != nil:
		return a.orderRoom(e.Room)
	case e.Mend != nil:
		return a.mend(e.Mend)
	case e.FirstGuests != nil:
		return a.occupy(e.FirstGuests)
	default:
		return a.applyWakeUp(e)
	}
	return nil
}

func (a *applier) room(effect, number string) (Room, error) {
	var r Room
	if !a.tx.Get(RoomKey(number), &r) {
		return r, &Invalid{effect, "room", "must be a room of the hotel", clip(number)}
	}
	return r, nil
}

// tellPMS queues a message; more may set what its kind has beyond the usual.
func (a *applier) tellPMS(op string, u Urgency, room string, body any, more func(*QueuedCall)) {
	if !a.setup.PMS {
		return
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("hotel: encode %s for the PMS: %v", op, err)) // our own types always encode
	}
	c := QueuedCall{To: ToPMS, Op: op, Body: text, Room: room, Urgency: u, Kind: Keyed, CallID: a.ev.CallID}
	if room != "" {
		c.Lanes = []string{room}
	}
	if more != nil {
		more(&c)
	}
	a.tx.Queue(c)
}

// StatusReport is what the PMS is told of a room's housekeeping status.
type StatusReport struct {
	Room     string `json:"room"`
	Status   Status `json:"status"`
	Occupied bool   `json:"occupied"`
	Code     int    `json:"code,omitempty"` // 1 to 6, see [Status.PMSCode]
	Staff    string `json:"staff,omitempty"`
	VIP      int    `json:"vip,omitempty"`
}

func (a *applier) status(s *SetStatus) error {
	r, err := a.room("housekeeping", s.Room)
	if err != nil {
		return err
	}
	if !s.Status.Known() {
		return &Invalid{"housekeeping", "status", "must be dirty, clean, inspected, out-of-order or out-of-service", clip(string(s.Status))}
	}
	r.Status = s.Status
	a.tx.Put(RoomKey(r.Number), r)
	a.noteInspected(r)
	occupied := r.Stay != ""
	report := StatusReport{Room: r.Number, Status: s.Status, Occupied: occupied, Code: s.Status.PMSCode(occupied), Staff: clip(s.Staff), VIP: a.vip(r.Stay)}
	a.tellPMS("housekeeping", Housekeeping, r.Number, report, func(c *QueuedCall) { c.Supersedes = "housekeeping/" + r.Number })
	return nil
}

// countTo counts the records below a prefix, up to most.
func countTo(v View, prefix string, most int) (n int) {
	v.List(prefix, func(string, func(any) bool) bool {
		n++
		return n < most
	})
	return n
}

func (a *applier) http(h *HTTPPost) error {
	to, err := Origin(h.URL)
	switch {
	case err != nil:
		return &Invalid{"http.post", "url", "must be an http or https address", clip(h.URL)}
	case len(h.URL) > maxURL:
		return &Invalid{"http.post", "url", fmt.Sprintf("must have at most %d bytes", maxURL), clip(h.URL)}
	case h.Room != "" && !isNumber(h.Room, maxRoomDigits):
		return &Invalid{"http.post", "room", fmt.Sprintf("must be 1 to %d digits", maxRoomDigits), clip(h.Room)}
	case len(h.Body) > maxHTTPBody:
		return &Invalid{"http.post", "body", fmt.Sprintf("must have at most %d bytes", maxHTTPBody), ""}
	case h.Body != "" && !json.Valid([]byte(h.Body)):
		return &Invalid{"http.post", "body", "must be JSON", clip(h.Body)}
	}
	c := QueuedCall{
		To: to, Op: "POST", URL: h.URL, Body: json.RawMessage(h.Body), Room: h.Room, Urgency: Guest, Kind: Keyed,
		Answer: h.Answer, CallID: a.ev.CallID, Lasts: orExpiry(h.ExpireAfter),
	}
	if h.Room != "" {
		c.Lanes = []string{h.Room}
	}
	a.tx.Queue(c)
	return nil
}

func orExpiry(d time.Duration) time.Duration {
	if d <= 0 {
		return httpExpiry
	}
	return d
}

// clip bounds a text that came from outside, on a character's border. Bytes
// that are no UTF-8 become U+FFFD, as they would when the record is encoded.
func clip(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= maxText {
		return text
	}
	cut := maxText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}
