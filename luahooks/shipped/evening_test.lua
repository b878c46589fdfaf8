test.case("who is to be woken tomorrow", function()
  test.at("2026-11-22 18:00")
  test.wakeup { "1204", at = "07:30", date = "2026-11-23" }
  test.wakeup { "1203", at = "06:00", date = "2026-11-23", group = "G1" }
  test.wakeup { "1205", at = "06:00", date = "2026-11-24" }
  local report = test.event { "cron", job = "evening-report" }[1]
  test.equal(report.title, "Wake-ups on 2026-11-23")
  test.equal(report.text, "Wake-ups: 2")
  test.equal(report.rows, { { "06:00", "1203", "once", "G1", "" }, { "07:30", "1204", "once", "", "" } })
end)

test.case("run late, it is about the same morning", function()
  test.at("2026-11-23 00:30")
  test.wakeup { "1203", at = "06:00", date = "2026-11-23" }
  test.effects(test.event { "cron", job = "evening-report" }, { { "report", title = "Wake-ups on 2026-11-23", text = "Wake-ups: 1", mail = true } })
end)

test.case("nobody is to be woken", function()
  test.effects(test.event { "cron", job = "evening-report" }, { { "report", text = "Nobody is to be woken." } })
end)
