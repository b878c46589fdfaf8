-- Housekeeping: what the two digits behind the feature code mean.
-- Copy this file into the hooks folder to change it: a file there with the
-- same name replaces this one.
local bellhop = require "bellhop"
local say = bellhop.say

local statuses = {
  ["00"] = "dirty",
  ["01"] = "clean",
  -- the six codes that hotel management systems share: vacant and occupied
  ["11"] = "dirty", ["12"] = "dirty",
  ["13"] = "clean", ["14"] = "clean",
  ["15"] = "inspected", ["16"] = "inspected",
}

bellhop.on("housekeeping", function(event)
  if event.entry == "clear_status" then
    local text = say("the room asks to clear its housekeeping status: set it by hand", "房间要求清除客房状态：请人工设置")
    return bellhop.alert(text, { room = event.room })
  end
  local code = event.status
  if not code or not event.room then
    return
  end
  if code == "20" then
    return bellhop.alert(say("housekeeping could not enter the room", "客房服务员无法进入房间"), { room = event.room })
  end
  local status = statuses[code]
  if not status then
    return bellhop.alert(say("unknown housekeeping code ", "未知的客房状态代码：") .. code, { room = event.room })
  end
  bellhop.housekeeping { room = event.room, status = status }
end)
