-- The morning's report: last night in short, for who comes to the desk. Copy
-- this file into the hooks folder to change it: a file there with the same name
-- replaces this one.
local bellhop = require "bellhop"

local texts = {
  en = {
    title = "Morning report", head = { "Room", "What" },
    overdue = "Guests who should have left", left = "was to leave on %s",
    rooms = "%d of %d rooms are occupied, %d are to be left today.",
    missed = "Wake-ups since yesterday 06:00 that nobody is known to have answered",
    outcomes = { unanswered = "no answer", busy = "busy or cut off", failed = "could not be rung", unknown = "not known" },
    wakeups = "Wake-ups still to come today", parked = "Waits for a person to decide", alerts = "Open alerts",
    charged = "Charged yesterday", times = "%d: %s",
    kinds = { minibar = "Minibar", call = "Telephone", other = "Other", payment = "Paid" },
    nothing = "Nothing is open.", more = "… and %d more",
  },
  zh = {
    title = "晨报", head = { "房间", "事项" },
    overdue = "应已退房的客人", left = "应于 %s 退房",
    rooms = "入住 %d 间（共 %d 间），今日应退房 %d 间。",
    missed = "昨日 06:00 以来未确认应答的叫醒",
    outcomes = { unanswered = "无人应答", busy = "占线或被挂断", failed = "未能拨叫", unknown = "结果未知" },
    wakeups = "今日尚未执行的叫醒", parked = "等待人工决定", alerts = "未处理的警报",
    charged = "昨日入账", times = "%d 笔：%s",
    kinds = { minibar = "迷你吧", call = "电话", other = "其他", payment = "付款" },
    nothing = "没有未处理的事项。", more = "……另有 %d 项",
  },
}
local text = texts[bellhop.language] or texts.en

-- What was sent outside, or a hook, and stopped until somebody decides.
local parked = { ["call-refused"] = true, ["call-unknown"] = true, ["hook-failed"] = true }

-- A text that is not too long for a table, cut between two characters.
local function short(what)
  if #what <= 200 then
    return what
  end
  return what:sub(1, 200):gsub("[\192-\255][\128-\191]*$", "") .. "…"
end

-- The wake-ups since the last morning's report that nobody is known to have
-- answered. Alarms of the PBX itself prove nothing either way: they are left out.
local function missed()
  local list, yesterday = {}, bellhop.date(-1)
  for _, w in ipairs(bellhop.wakeups { ended = true, since = bellhop.time() - 48 * 3600 }) do
    local outcome = text.outcomes[w.state]
    local recent = w.date > yesterday or w.date == yesterday and w.time >= "06:00"
    if outcome and recent and not w.alarm then
      list[#list + 1] = { w.room, w.date .. " " .. w.time .. " " .. outcome }
    end
  end
  return list
end

-- What was charged yesterday, and what was paid.
local function charged()
  local list, takings = {}, bellhop.takings(bellhop.date(-1))
  for _, kind in ipairs { "minibar", "call", "other", "payment" } do
    local t = takings[kind]
    if t then
      list[#list + 1] = { text.kinds[kind], text.times:format(t.count, bellhop.money(t.amount)) }
    end
  end
  return list
end

-- A part of the table: a heading and at most so many rows, if there are any.
local function part(rows, heading, list)
  local most = 50
  if #list == 0 then
    return
  end
  rows[#rows + 1] = { heading }
  for i = 1, math.min(#list, most) do
    rows[#rows + 1] = list[i]
  end
  if #list > most then
    rows[#rows + 1] = { "", text.more:format(#list - most) }
  end
end

bellhop.cron("0 6 * * *", "morning-report", { within = 6 * 3600 }, function()
  local today = bellhop.date()
  local rows, overdue, wakeups, waiting, alerts = {}, {}, {}, {}, {}
  local all, occupied, leaving = bellhop.rooms(), 0, 0
  for _, room in ipairs(all) do
    if room.occupied then
      occupied = occupied + 1
    end
    if room.leaves and room.leaves < today then
      overdue[#overdue + 1] = { room.number, text.left:format(room.leaves) }
    elseif room.leaves == today then
      leaving = leaving + 1
    end
  end
  for _, w in ipairs(bellhop.wakeups { date = today }) do
    wakeups[#wakeups + 1] = { w.room, w.time }
  end
  for _, a in ipairs(bellhop.alerts()) do
    local list = parked[a.code] and waiting or alerts
    list[#list + 1] = { a.room or "", short(a.text) }
  end
  part(rows, text.overdue, overdue)
  part(rows, text.missed, missed())
  part(rows, text.wakeups, wakeups)
  part(rows, text.parked, waiting)
  part(rows, text.alerts, alerts)
  local summary = text.rooms:format(occupied, #all, leaving)
  if #rows == 0 then
    summary = summary .. "\n" .. text.nothing
  end
  part(rows, text.charged, charged())
  local head = text.head
  if #rows == 0 then
    head = nil
  end
  bellhop.report { name = "morning", title = text.title, text = summary, head = head, rows = rows, mail = true }
end)
