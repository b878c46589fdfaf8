test.case("every night a copy", function()
  test.effects(test.event { "cron", job = "nightly-backup" }, { { "backup" } })
end)
