local function report()
  return test.event { "cron", job = "morning-report" }[1]
end

test.case("an empty house", function()
  test.effects({ report() }, { { "report", name = "morning", mail = true, text = "0 of 0 rooms are occupied, 0 are to be left today.\nNothing is open." } })
end)

test.case("what a night leaves", function()
  test.at("2026-11-22 06:00")
  test.room { "1203", leaves = "2026-11-21" }
  test.room { "1204", leaves = "2026-11-22" }
  test.room { "1205", vacant = true }
  test.wakeup { "1204", at = "07:00", date = "2026-11-22" }
  test.wakeup { "1203", at = "06:30", date = "2026-11-21", state = "unanswered" }
  test.alert { text = "the ice machine is empty" }
  test.takings { "2026-11-21", minibar = 4500 }
  local r = report()
  test.equal(r.text, "2 of 3 rooms are occupied, 1 are to be left today.")
  test.equal(r.rows, {
    { "Guests who should have left" }, { "1203", "was to leave on 2026-11-21" },
    { "Wake-ups since yesterday 06:00 that nobody is known to have answered" }, { "1203", "2026-11-21 06:30 no answer" },
    { "Wake-ups still to come today" }, { "1204", "07:00" },
    { "Open alerts" }, { "", "the ice machine is empty" },
    { "Charged yesterday" }, { "Minibar", "1: 45.00 CNY" },
  })
end)

test.case("a bad night", function()
  for i = 1, 52 do
    test.alert { text = i .. " " .. ("é"):rep(150) }
  end
  local rows = report().rows
  test.equal(#rows, 52)
  test.equal(#rows[2][2] <= 203, true)
  test.equal(rows[52], { "", "… and 2 more" })
end)
