package rig

import "fmt"

// shareHook touches several rooms and a value that every run reads and
// changes: the hooks of all rooms get into each other's way. It posts to
// another server, sees whether the events of a room come in order, and charges
// guests for their arrival.
const shareHook = `
local bellhop = require "bellhop"

local function count(name)
  bellhop.kv.set(name, (bellhop.kv.get(name) or 0) + 1)
end

bellhop.on("minibar", function(event)
  local second = tostring(%[1]d + (tonumber(event.room) - %[1]d + 7) %% %[2]d)
  bellhop.post { room = event.room, kind = "other", amount = %[3]d, description = "service" }
  bellhop.post { room = second, kind = "other", amount = %[4]d, description = "share" }
  count("count")
  local last, id = bellhop.kv.get("last " .. event.room) or 0, tonumber(event.id)
  if id < last then
    count("disorder")
  end
  bellhop.kv.set("last " .. event.room, id)
  bellhop.http.post("http://%[5]s%[6]s", { event = event.id, room = event.room }, { room = event.room })
end)

bellhop.on("checkin", function(event)
  bellhop.post { room = event.room, kind = "other", amount = %[7]d, description = event.fields.stay }
end)
`

// What the hook charges.
const (
	serviceAmount = 100
	shareAmount   = 50
	welcomeAmount = 900
)

// Hooks are those of the hotel; to is the server that they post to.
func Hooks(to string) map[string]string {
	text := fmt.Sprintf(shareHook, firstRoom, pushRooms, serviceAmount, shareAmount, to, postPath, welcomeAmount)
	return map[string]string{"share.lua": text}
}

// The units of minibar entries.
const (
	MinibarUnit = "minibar.lua:minibar:1"
	shareUnit   = "share.lua:minibar:1"
	welcomeUnit = "share.lua:checkin:2"
)
