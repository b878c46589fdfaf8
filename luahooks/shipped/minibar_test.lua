local function dialled(event)
  event[1] = "minibar"
  event.room = event.room or "1203"
  return test.event(event)
end

test.case("what was taken is charged", function()
  test.item { "12", price = 350, name = "Water", max = 4 }
  test.effects(dialled { item = "12", count = 2, staff = "47" }, {
    { "post", room = "1203", kind = "minibar", item = "12", description = "Water", quantity = 2, amount = 700, staff = "47" },
  })
end)

test.case("the room's own price list counts", function()
  test.item { "12", price = 350 }
  test.item { "12", price = 500, minibar = "suite" }
  test.room { "1501", minibar = "suite" }
  test.effects(dialled { room = "1501", item = "12" }, { { "post", minibar = "suite", amount = 500 } })
end)

test.case("a removal takes back", function()
  test.item { "12", price = 350 }
  dialled { item = "12", count = 2 }
  test.effects(dialled { item = "12", count = 1, removal = true, seq = 2 }, { { "post", quantity = -1, amount = -350 } })
end)

test.case("what cannot be waits for a person", function()
  test.item { "12", price = 350, max = 4 }
  local unclear = function(event, item, count)
    test.effects(dialled(event), { { "minibar.unclear", room = "1203", item = item, count = count } })
  end
  unclear({ item = "13", count = 1 }, "13", 1)
  unclear({ item = "12", count = 5 }, "12", 5)
  unclear({ item = "12", count = 0 }, "12", 0)
  test.effects(dialled { item = "12", count = 4 }, { { "post", quantity = 4, amount = 1400 } })
end)

test.case("nothing taken is only noted", function()
  test.effects(dialled { nothing = true }, {})
  test.equal(test.log(), { "room 1203: looked through, nothing taken" })
end)

test.case("a telephone of no room is told of by the hotel's own rules", function()
  test.item { "12", price = 350 }
  test.effects(test.event { "minibar", extension = "8000", item = "12" }, {})
end)
