-- Minibar: what was dialled becomes a charge, a removal takes one back, and what
-- cannot be waits for a person (bellhop minibar resolve). On whom a charge falls
-- is the hotel's own rule: docs/minibar.md. Copy this file into the hooks folder
-- to change it ("bellhop hooks new minibar"): a file there with the same name
-- replaces this one.
local bellhop = require "bellhop"

-- What so many of an item cost, in the currency's smallest unit. Take away the
-- dashes of an example, and change it.
local function price(item, count, room)
  -- Happy hour: beer (21) at half price from five to seven.
  -- local hour = bellhop.now().hour
  -- if item.code == "21" and hour >= 17 and hour < 19 then
  --   return math.floor(item.price * count / 2)
  -- end

  -- A bundle: three waters (12) for the price of two.
  -- if item.code == "12" then
  --   return item.price * (count - math.floor(count / 3))
  -- end

  -- By kind of room: peanuts (30) are free on the twelfth floor.
  -- if item.code == "30" and bellhop.room(room).floor == "12" then
  --   return 0
  -- end
  return item.price * count
end

--- @example two bottles of water
--- given: item 12 price=350
--- event: minibar room=1203 item=12 count=2
--- wants: post room=1203 kind=minibar item=12 quantity=2 amount=700

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
  local amount = price(item, count, event.room)
  if event.removal then
    count, amount = -count, -amount
  end
  bellhop.post { room = event.room, kind = "minibar", item = item, quantity = count, amount = amount, staff = event.staff }
end)
