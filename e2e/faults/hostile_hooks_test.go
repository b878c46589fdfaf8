package faults

import (
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// hostileHooks never end, raise, or fill the memory, each for a part of the
// rooms: the other hooks of the same events, and other rooms, go on.
var hostileHooks = map[string]string{
	"loops.lua": `
local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  if tonumber(event.room) % 16 == 0 then
    while true do end
  end
end)`,
	"raises.lua": `
local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  if tonumber(event.room) % 4 == 1 then
    bellhop.post { room = event.room, kind = "other", amount = 1, description = "must not count" }
    error("on purpose")
  end
end)`,
	"floods.lua": `
local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  if tonumber(event.room) % 16 == 2 then
    local all = {}
    for n = 1, 1e9 do all[n] = ("x"):rep(1024) .. n end
  end
end)`,
	"strings.lua": `
local bellhop = require "bellhop"
bellhop.on("minibar", function(event)
  if tonumber(event.room) % 16 == 3 then
    local text = "x"
    while true do text = text .. text end
  end
end)`,
}

// hookMemory is how many kB a run that fills the memory may add before it is
// stopped: luahooks.Limits, Memory.
const hookMemory = 64 << 10

// TestHostileHooks runs hooks that loop, raise and fill the memory beside the
// usual ones. Their units are parked, and all others are done as ever.
func TestHostileHooks(t *testing.T) {
	t.Parallel()
	var files []string
	for name := range hostileHooks {
		files = append(files, name)
	}
	h := rig.NewHotel(t, rig.Setting{Hooks: hostileHooks, Hostile: rig.Hostile{Hooks: files}})
	l := h.Open()
	most := watchMemory(t, l)
	rest := h.Busy(rig.Traffic{Lines: 4, Pause: 150 * time.Millisecond, How: rig.Rough})
	for range setting("BELLHOP_FAULTS_HOOKS", 5) {
		h.Pushes(l, 40)
		h.Tried()
		h.Again(l, time.Now())
	}
	mended := time.Now()
	rest()
	if peak := most(); peak > memoryBound+hookMemory {
		t.Errorf("the agent had %d kB of anonymous memory, more than %d", peak, memoryBound+hookMemory)
	} else {
		t.Logf("the agent had at most %d kB of anonymous memory", peak)
	}
	h.Settle(l, "hooks that loop, raise and fill the memory", mended)
}
