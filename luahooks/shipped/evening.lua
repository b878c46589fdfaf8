-- The evening's list: who is to be woken tomorrow, to print and to hand over to
-- the night, should the box or the telephones fail. It has rooms and times, and
-- no names: paper lies about. Copy this file into the hooks folder to change it:
-- a file there with the same name replaces this one.
local bellhop = require "bellhop"
local say = bellhop.say

local days = { once = say("once", "一次"), daily = say("daily", "每日"), weekdays = say("some days", "指定日") }

bellhop.cron("0 18 * * *", "evening-report", { within = 12 * 3600 }, function()
  -- Run late, behind midnight, it is still about the coming morning.
  local day = bellhop.now().hour < 12 and bellhop.date() or bellhop.date(1)
  local rows = {}
  for _, w in ipairs(bellhop.wakeups { date = day }) do
    rows[#rows + 1] = { w.time, w.room, days[w["repeat"]] or "", w.group or "", "" }
  end
  bellhop.report {
    name = "evening", title = say("Wake-ups on %s", "%s 叫醒清单"):format(day), mail = true,
    text = #rows > 0 and say("Wake-ups: %d", "叫醒数：%d"):format(#rows) or say("Nobody is to be woken.", "没有叫醒。"),
    head = { say("Time", "时间"), say("Room", "房间"), say("Days", "日期"), say("Group", "团队"), say("Done", "完成") }, rows = rows,
  }
end)
