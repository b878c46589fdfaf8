-- PMS by plain HTTP: a management system for which there is no link takes what
-- happens as JSON at an address. Each message is sent until it is answered, in
-- the order of its room; what is refused, or not delivered in a day, becomes an
-- alert by itself. Fill in the address and what your system calls things. With a
-- [pms] link in the config this is not needed, and would tell it twice.
local bellhop = require "bellhop"

local address = "https://pms.example/bellhop"

local function tell(room, message)
  message.room = room
  message.at = bellhop.time()
  bellhop.http.post(address, message, { room = room })
end

--- @example a room is clean
--- at: 2026-11-22 10:00
--- event: housekeeping room=1203 status=01
--- wants: http.post url=https://pms.example/bellhop room=1203

bellhop.on("housekeeping", function(event)
  if event.status then
    tell(event.room, { type = "status", code = event.status })
  end
end)

bellhop.on("minibar", function(event)
  local item = event.item and bellhop.minibar.item(event.item)
  if not item then
    return
  end
  local count = event.removal and -event.count or event.count
  tell(event.room, { type = "minibar", item = item.code, name = item.name, count = count, amount = item.price * count })
end)

bellhop.on("cdr", function(event)
  local call = event.cdr
  if event.room and call.type == "Outbound" and call.status == "ANSWERED" then
    tell(event.room, { type = "call", to = call.to, seconds = call.talk, start = call.start, id = event.id })
  end
end)
