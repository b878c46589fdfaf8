-- Call surcharge: each call that a guest makes to the outside and that is
-- answered costs a fixed amount, beside what the tariff says. Calls for help and
-- calls within the house cost nothing.
local bellhop = require "bellhop"

local amount = 100                    -- in the currency's smallest unit
local shortest = 10                   -- seconds; shorter ones are a wrong number

--- @example a call of a minute
--- event: cdr room=1203 to=02161234567 talk=60
--- wants: post room=1203 kind=call amount=100 description="Service charge 02161234567"

bellhop.on("cdr", function(event)
  local call = event.cdr
  if call.type ~= "Outbound" or call.status ~= "ANSWERED" or call.talk < shortest or event.emergency then
    return
  end
  local room = event.room and bellhop.room(event.room)
  if not room or not room.occupied or call.from ~= event.extension then
    return -- staff, or a call that only passed the room
  end
  bellhop.post { room = event.room, kind = "call", amount = amount, description = "Service charge " .. call.to }
end)
