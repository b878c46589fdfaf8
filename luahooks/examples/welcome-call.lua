-- Welcome call: a quarter of an hour after a guest has come, the room is rung and
-- hears a greeting. The recording must be on the PBX (a custom prompt); one for
-- each language, if you have them. Who comes late in the evening is left in peace,
-- and so is who does not want to be disturbed.
local bellhop = require "bellhop"

local prompts = { en = "welcome-en", zh = "welcome-zh" }
local wait = 15 * 60                  -- seconds
local from, to = 9, 21                -- hours in which it may ring

--- @example who comes in the afternoon is to be rung
--- at: 2026-11-22 15:00
--- event: checkin room=1203
--- wants: kv.set key=waiting

bellhop.on("checkin", function(event)
  local hour = bellhop.now().hour
  if event.room and hour >= from and hour < to then
    local waiting = bellhop.kv.get("waiting") or {}
    waiting[event.room] = bellhop.time() + wait
    bellhop.kv.set("waiting", waiting)
  end
end)

bellhop.cron("*/5 * * * *", "welcome-calls", { missed = "skip" }, function()
  local waiting, left, now = bellhop.kv.get("waiting") or {}, {}, bellhop.time()
  for number, due in pairs(waiting) do
    local room = bellhop.room(number)
    if due > now then
      left[number] = due
    elseif room and room.occupied and not room.dnd then
      bellhop.pbx.play { room = number, prompts = prompts[room.language or bellhop.language] or prompts.en, expire = 300 }
    end
  end
  bellhop.kv.set("waiting", left)
end)
