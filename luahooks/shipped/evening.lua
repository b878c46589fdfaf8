-- The evening's list: who is to be woken tomorrow, to print and to hand over to
-- the night, should the box or the telephones fail. It has rooms and times, and
-- no names: paper lies about. Copy this file into the hooks folder to change it:
-- a file there with the same name replaces this one.
local bellhop = require "bellhop"

local texts = {
  en = {
    title = "Wake-ups on %s", head = { "Time", "Room", "Days", "Group", "Done" },
    none = "Nobody is to be woken.", count = "Wake-ups: %d", once = "once", daily = "daily", weekdays = "some days",
  },
  zh = {
    title = "%s 叫醒清单", head = { "时间", "房间", "日期", "团队", "完成" },
    none = "没有叫醒。", count = "叫醒数：%d", once = "一次", daily = "每日", weekdays = "指定日",
  },
}
local text = texts[bellhop.language] or texts.en

bellhop.cron("0 18 * * *", "evening-report", { within = 12 * 3600 }, function()
  -- Run late, behind midnight, it is still about the coming morning.
  local day = bellhop.now().hour < 12 and bellhop.date() or bellhop.date(1)
  local rows = {}
  for _, w in ipairs(bellhop.wakeups { date = day }) do
    rows[#rows + 1] = { w.time, w.room, text[w["repeat"]] or "", w.group or "", "" }
  end
  local summary, head = text.none, nil
  if #rows > 0 then
    summary, head = text.count:format(#rows), text.head
  end
  bellhop.report { name = "evening", title = text.title:format(day), text = summary, head = head, rows = rows, mail = true }
end)
