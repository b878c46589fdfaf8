test.case("the night's sweep only lists", function()
  test.effects(test.event { "cron", job = "nightly-checkout-sweep" }, { { "sweep", overdue = "list" } })
end)
