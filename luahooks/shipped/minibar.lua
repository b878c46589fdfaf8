-- Minibar: what was dialled becomes a charge, a removal takes one back, and what
-- cannot be waits for a person (bellhop minibar resolve). On whom a charge falls
-- is the hotel's own rule: docs/minibar.md. Copy this file into the hooks folder
-- to change it: a file there with the same name replaces this one.
local bellhop = require "bellhop"

bellhop.on("minibar", function(event)
  if not event.room then
    return -- the hotel's own rules tell of a phone that belongs to no room
  end
  if event.nothing then
    return bellhop.log("room " .. event.room .. ": looked through, nothing taken")
  end
  local item = bellhop.minibar.item(event.item)
  local count = event.count
  if not item or count < 1 or count > item.max then
    return bellhop.minibar.unclear {
      room = event.room, item = event.item, count = count, minibar = event.minibar,
      removal = event.removal, staff = event.staff,
    }
  end
  if event.removal then
    count = -count
  end
  bellhop.post {
    room = event.room, kind = "minibar", item = item, quantity = count,
    amount = item.price * count, staff = event.staff,
  }
end)
