-- The morning's report: last night in short, for who comes to the desk. Copy
-- this file into the hooks folder to change it: a file there with the same name
-- replaces this one.
local bellhop = require "bellhop"
local say = bellhop.say

-- What was sent outside, or a hook, and stopped until somebody decides.
local parked = { ["call-refused"] = true, ["call-unknown"] = true, ["hook-failed"] = true }
local kinds = { minibar = say("Minibar", "迷你吧"), call = say("Telephone", "电话"), other = say("Other", "其他"), payment = say("Paid", "付款") }
local outcomes = {
  unanswered = say("no answer", "无人应答"), busy = say("busy or cut off", "占线或被挂断"),
  failed = say("could not be rung", "未能拨叫"), unknown = say("not known", "结果未知"),
}

-- Alarms of the PBX itself prove nothing either way: they are left out.
local function missed()
  local part = { say("Wake-ups since yesterday 06:00 that nobody is known to have answered", "昨日 06:00 以来未确认应答的叫醒") }
  for _, w in ipairs(bellhop.wakeups { ended = true, since = bellhop.time(bellhop.date(-1) .. " 06:00") }) do
    if outcomes[w.state] and not w.alarm then
      part[#part + 1] = { w.room, w.date .. " " .. w.time .. " " .. outcomes[w.state] }
    end
  end
  return part
end

-- What was charged yesterday, and what was paid.
local function charged()
  local rows, takings = { { say("Charged yesterday", "昨日入账") } }, bellhop.takings(bellhop.date(-1))
  for _, kind in ipairs { "minibar", "call", "other", "payment" } do
    local t = takings[kind]
    rows[#rows + 1] = t and { kinds[kind], say("%d: %s", "%d 笔：%s"):format(t.count, bellhop.money(t.amount)) }
  end
  return #rows > 1 and rows or nil
end

bellhop.cron("0 6 * * *", "morning-report", { within = 6 * 3600 }, function()
  local rooms, today, occupied, leaving = bellhop.rooms(), bellhop.date(), 0, 0
  local overdue = { say("Guests who should have left", "应已退房的客人") }
  for _, room in ipairs(rooms) do
    occupied = occupied + (room.occupied and 1 or 0)
    leaving = leaving + (room.leaves == today and 1 or 0)
    if room.leaves and room.leaves < today then
      overdue[#overdue + 1] = { room.number, say("was to leave on %s", "应于 %s 退房"):format(room.leaves) }
    end
  end
  local wakeups = { say("Wake-ups still to come today", "今日尚未执行的叫醒") }
  for _, w in ipairs(bellhop.wakeups { date = today }) do
    wakeups[#wakeups + 1] = { w.room, w.time }
  end
  local waiting, alerts = { say("Waits for a person to decide", "等待人工决定") }, { say("Open alerts", "未处理的警报") }
  for _, a in ipairs(bellhop.alerts()) do
    table.insert(parked[a.code] and waiting or alerts, { a.room or "", a.text })
  end
  bellhop.report {
    name = "morning", title = say("Morning report", "晨报"), head = { say("Room", "房间"), say("What", "事项") }, mail = true,
    text = say("%d of %d rooms are occupied, %d are to be left today.", "入住 %d 间（共 %d 间），今日应退房 %d 间。"):format(occupied, #rooms, leaving),
    parts = { overdue, missed(), wakeups, waiting, alerts }, none = say("Nothing is open.", "没有未处理的事项。"), rows = charged(),
  }
end)
