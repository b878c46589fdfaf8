local function job()
  return test.event { "cron", job = "welcome-calls" }
end

test.case("the room is rung a quarter of an hour later", function()
  test.at("2026-11-22 15:00")
  test.room { "1203", language = "zh" }
  test.event { "checkin", room = "1203" }
  test.at("2026-11-22 15:10")
  test.effects(job(), { { "kv.set", key = "waiting" } })
  test.at("2026-11-22 15:15")
  test.effects(job(), { { "pbx.play", room = "1203", prompts = "welcome-zh" }, { "kv.set", key = "waiting" } })
  test.effects(job(), { { "kv.set" } })
end)

test.case("who is left in peace", function()
  test.at("2026-11-22 21:00")
  test.effects(test.event { "checkin", room = "1203" }, {})
  test.at("2026-11-22 15:00")
  test.room { "1204", dnd = true }
  test.event { "checkin", room = "1204" }
  test.at("2026-11-22 15:20")
  test.effects(job(), { { "kv.set" } })
end)
