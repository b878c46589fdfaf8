-- Wake-up escalation: when nobody has answered a wake-up, the room is rung once
-- more some minutes later, beside what Bellhop does itself (an alert, and the
-- desk is rung). If nobody answers that one either, somebody is to go there: an
-- alert says so, and whoever has the night's telephone is told, if there is an
-- address that takes such messages.
local bellhop = require "bellhop"

local later = 8                       -- minutes until the room is rung once more
local address = nil                   -- such as "https://messages.example/night"

local function clock(seconds)         -- so many seconds from now, as "06:38"
  local now = bellhop.now()
  local minutes = (now.hour * 60 + now.min + math.floor(seconds / 60)) % (24 * 60)
  return string.format("%02d:%02d", math.floor(minutes / 60), minutes % 60)
end

--- @example the first time
--- at: 2026-11-22 23:55
--- event: wakeup room=1203 wakeup=W7 change=unanswered state=unanswered
--- wants: kv.set key=1203
--- wants: wakeup.add room=1203 at=00:03

bellhop.on("wakeup", function(event)
  if event.change == "answered" then
    return bellhop.kv.delete(event.room)
  end
  if event.change ~= "unanswered" and event.change ~= "busy" then
    return
  end
  local rung = bellhop.kv.get(event.room)
  if not rung or bellhop.time() - rung > 3600 then
    bellhop.kv.set(event.room, bellhop.time())
    return bellhop.wakeup.add { room = event.room, at = clock(later * 60) }
  end
  bellhop.kv.delete(event.room)
  bellhop.alert("room " .. event.room .. " does not wake up: go there", { room = event.room })
  if address then
    bellhop.http.post(address, { room = event.room, what = "does not wake up" }, { room = event.room, expire = 1800 })
  end
end)
