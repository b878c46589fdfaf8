test.case("a guest like any other", function()
  test.room { "1203", vip = 2 }
  test.effects(test.event { "checkin", room = "1203" }, {})
  test.effects(test.event { "minibar", room = "1203", item = "21" }, {})
end)

test.case("champagne is put back", function()
  test.room { "1203", vip = 3 }
  test.effects(test.event { "minibar", room = "1203", item = "21" }, { { "alert", room = "1203", text = "room 1203: champagne is to be put back today" } })
  test.effects(test.event { "minibar", room = "1203", item = "22" }, {})
  test.effects(test.event { "minibar", room = "1203", item = "21", removal = true }, {})
end)
