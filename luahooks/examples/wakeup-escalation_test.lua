local function came(change)
  return test.event { "wakeup", room = "1203", wakeup = "W7", change = change, state = change }
end

test.case("the second time somebody goes there", function()
  test.at("2026-11-22 06:30")
  test.effects(came("unanswered"), { { "kv.set", key = "1203" }, { "wakeup.add", room = "1203", at = "06:38" } })
  test.at("2026-11-22 06:50")
  test.effects(came("busy"), { { "kv.delete", key = "1203" }, { "alert", room = "1203", text = "room 1203 does not wake up: go there" } })
end)

test.case("the next day it begins anew", function()
  test.at("2026-11-22 06:30")
  came("unanswered")
  test.at("2026-11-23 06:30")
  test.effects(came("unanswered"), { { "kv.set" }, { "wakeup.add", at = "06:38" } })
end)

test.case("who answers is left alone", function()
  test.at("2026-11-22 06:30")
  came("unanswered")
  test.effects(came("answered"), { { "kv.delete", key = "1203" } })
  test.effects(came("ringing"), {})
  test.at("2026-11-22 06:50")
  test.effects(came("unanswered"), { { "kv.set" }, { "wakeup.add" } })
end)
