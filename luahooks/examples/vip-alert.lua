-- VIP alert: the desk is told when a guest of some rank has checked in, and when
-- the minibar of such a guest has been emptied of something that is to be there
-- again by the evening.
local bellhop = require "bellhop"

local from = 3                        -- the VIP level from which on it is told
local always = { ["21"] = "champagne" } -- items that are put back the same day

local function isVIP(number)
  local room = number and bellhop.room(number)
  return room and (room.vip or 0) >= from
end

--- @example a VIP has come
--- given: room 1203 vip=4
--- event: checkin room=1203
--- wants: alert room=1203 text="VIP 4 in room 1203: flowers and the manager's card"

bellhop.on("checkin", function(event)
  if isVIP(event.room) then
    local vip = bellhop.room(event.room).vip
    bellhop.alert("VIP " .. vip .. " in room " .. event.room .. ": flowers and the manager's card", { room = event.room })
  end
end)

bellhop.on("minibar", function(event)
  local what = always[event.item or ""]
  if what and not event.removal and isVIP(event.room) then
    bellhop.alert("room " .. event.room .. ": " .. what .. " is to be put back today", { room = event.room })
  end
end)
