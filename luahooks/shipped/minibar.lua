-- Minibar: what was dialled becomes a charge on the room, a removal takes one
-- back. Copy this file into the hooks folder to change it: a file there with
-- the same name replaces this one.
local bellhop = require "bellhop"

local texts = {
  en = {
    unknown = "unknown minibar item ",
    count = "minibar item %s: %d is not a possible count (1 to %d)",
  },
  zh = {
    unknown = "未知的迷你吧商品：",
    count = "迷你吧商品 %s：数量 %d 不合理（应为 1 到 %d）",
  },
}
local text = texts[bellhop.language] or texts.en

bellhop.on("minibar", function(event)
  if not event.room then
    return -- the hotel's own rules tell of a phone that belongs to no room
  end
  if event.nothing then
    return bellhop.log("room " .. event.room .. ": looked through, nothing taken")
  end
  local item = bellhop.minibar.item(event.item)
  if not item then
    return bellhop.alert(text.unknown .. event.item, { room = event.room })
  end
  local count = event.count
  if count < 1 or count > item.max then
    return bellhop.alert(text.count:format(item.name, count, item.max), { room = event.room })
  end
  if event.removal then
    count = -count
  end
  bellhop.post {
    room = event.room, kind = "minibar", item = item, quantity = count,
    amount = item.price * count, staff = event.staff,
  }
end)
