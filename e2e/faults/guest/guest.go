// Package guest holds what the tests that let a hotel's box run in a virtual
// machine and that machine agree on: what the machine is told to do at a boot,
// what it reports line by line, and what it pushes.
package guest

import (
	"fmt"
	"strconv"
	"time"

	"bellhop/sim"
)

// OrdersFile is where a machine finds its [Orders], as JSON.
const OrdersFile = "/orders.json"

// Orders say what a machine does after its boot.
type Orders struct {
	Session int       // counts boots; part of each new report's call id
	Clock   time.Time // set before the agent starts
	Synced  bool      // with Clock, as by a time service
	Furnish bool      // import rooms and items first
	Again   []Report  // whose answer nobody saw before the cut: pushed first
	Push    bool      // push until the power goes, or the last step is done
	Right   time.Time // what the PMS's clock shows at the boot; zero: the same as ours
	Steps   []Step    // one after the other, while reports are pushed
	Tick    bool      // say so once the schedule has run
	Off     bool      // once all is done, stop in order and switch off
}

// Step is something that is done to the box while it works. What it says is done
// in this order.
type Step struct {
	After  int       // reports more were acknowledged first
	Cut    bool      // a report is pushed and its connection broken off, before an answer arrives
	Clock  time.Time // what the clock is set to; zero: it is left alone
	Synced bool      // with Clock, as by a time service: the PMS's clock shows the same
	PMS    string    // Down or Up from now on; "": as before
	Kill   bool      // the agent is killed, and started again
	Again  bool      // reports that were cut off are pushed again
	Wait   string    // for Ticked: the schedule has run anew; for Told: the PMS has got a message
}

// What the PMS does.
const (
	Up   = "up"
	Down = "down"
)

// What a machine reports, one a line, before the agent can learn that the line's
// promise was heard.
const (
	Ready   = "ready"   // milliseconds since its start: the agent answers and takes reports
	Acked   = "acked"   // session, line, number: a push was answered 200
	Unsure  = "unsure"  // session, line, number: a push was cut off too late, its answer may have counted as taken
	Again   = "again"   // milliseconds since the clock was set or the agent killed: a push was answered 200
	Told    = "told"    // key, type, posting, room, kind, amount: the PMS took a message
	Ticked  = "ticked"  // the schedule has run
	Drained = "drained" // milliseconds since the agent's start, or the last step: nothing is left to do
	Off     = "off"     // the agent has ended in order, the disk is unmounted
	Broken  = "broken"  // what went wrong; the machine switches off
)

// Lines is how many telephones push side by side. What is cut off is of one more.
const Lines = 4

// Report is one push: the Number-th of a line in a session.
type Report struct{ Session, Line, Number int }

// perLine is more than a line pushes in a session.
const perLine = 10_000

// CallID is unlike that of every other report.
func (r Report) CallID() string {
	n := (r.Session*(Lines+1)+r.Line)*perLine + r.Number
	return sim.CallID(time.Unix(int64(1_700_000_000+n), 0), n)
}

// Room is where it comes from: each line has rooms of its own.
func (r Report) Room() string { return Room(r.Line*RoomsOfLine + r.Number%RoomsOfLine) }

// Body is what the PBX pushes: somebody has taken one bottle of water.
func (r Report) Body() []byte {
	return sim.DTMF("369872B04EDC", r.CallID(), r.Room(), "778*"+Item+"*1")
}

// The hotel.
const (
	RoomsOfLine = 3
	Item        = "1"
	Price       = 350
	// TickAmount is what the schedule charges TickRoom each time that it runs.
	TickAmount = 1
	// TickRoom takes nothing from the minibar.
	TickRoom = "999"
)

// Room is the number of the n-th room.
func Room(n int) string { return strconv.Itoa(101 + n) }

// Hook charges for each minibar entry once more, counts it, and for each tick.
var Hook = fmt.Sprintf(`
local bellhop = require "bellhop"

local function count(name)
  bellhop.kv.set(name, (bellhop.kv.get(name) or 0) + 1)
end

bellhop.on("minibar", function(event)
  bellhop.post { room = event.room, kind = "other", amount = 100, description = "service" }
  count("entries")
end)

bellhop.cron("* * * * *", "tick", function()
  bellhop.post { room = %q, kind = "other", amount = %d, description = "tick" }
  count("ticks")
end)
`, TickRoom, TickAmount)

// NoSweepText takes the place of the shipped sweep: that would compare vacant
// rooms with a PBX that this box does not have, and wait for it.
const NoSweepText = "-- The day has no end here.\n"

// Units are those of each minibar entry besides the hotel's own rules.
var Units = []string{"minibar.lua:minibar:1", "extra.lua:minibar:1"}

// TickUnit is that of the schedule.
const TickUnit = "extra.lua:cron:2"

// TickJob is its schedule's name.
const TickJob = "tick"

// Where things are in the machine.
const (
	Disk     = "/dev/nvme0n1"
	Mount    = "/var/lib/bellhop"
	Database = "bellhop.db" // below Mount
	Config   = "/etc/bellhop/bellhop.toml"
	HookFile = "/etc/bellhop/hooks/extra.lua"
	NoSweep  = "/etc/bellhop/hooks/sweep.lua"
	Secret   = "/etc/bellhop/pms-secret"
	Program  = "/bellhop"
	Book     = "/dev/ttyS1" // where reports go
	Console  = "/dev/ttyS0"
	Socket   = "/run/bellhop.sock"
	PushTo   = "127.0.0.1:8260"
	PMS      = "127.0.0.1:9000"
)

// SecretText is the one that messages to the PMS are signed with.
const SecretText = "a secret for tests"

// Toml is the box's configuration. It keeps all, as the clock may be set on by a
// year.
var Toml = fmt.Sprintf(`
[hotel]
name = "Harbour Inn"
timezone = "Europe/Rome"
country = "IT"
currency = "EUR"
language = "en"
[pbx]
url = "http://127.0.0.1:1"
username = "api"
event_listen = %q
allow_from = ["127.0.0.1"]
[hooks]
dir = "/etc/bellhop/hooks"
[api]
listen = "127.0.0.1:8080"
socket = %q
[store]
path = %q
keep = "3650d"
[pms]
link = "webhook"
url = %q
secret_file = %q
`, PushTo, Socket, Mount+"/"+Database, "http://"+PMS, Secret)
