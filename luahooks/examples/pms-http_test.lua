local function told(event)
  local effects = test.event(event)
  test.equal(#effects, 1)
  test.equal(effects[1].url, "https://pms.example/bellhop")
  test.equal(effects[1].room, "1203")
  local body = effects[1].body
  body.at = nil
  return body
end

test.case("a status", function()
  test.equal(told { "housekeeping", room = "1203", status = "01" }, { type = "status", code = "01", room = "1203" })
end)

test.case("the minibar", function()
  test.item { "12", price = 350, name = "Water" }
  test.equal(told { "minibar", room = "1203", item = "12", count = 2 }, { type = "minibar", room = "1203", item = "12", name = "Water", count = 2, amount = 700 })
  test.equal(told { "minibar", room = "1203", item = "12", removal = true }.amount, -350)
  test.effects(test.event { "minibar", room = "1203", item = "99" }, {})
  test.effects(test.event { "minibar", room = "1203", nothing = true }, {})
end)

test.case("a call", function()
  test.equal(told { "cdr", room = "1203", to = "02161234567", talk = 61 }.seconds, 61)
  test.effects(test.event { "cdr", room = "1203", to = "1204", type = "Internal" }, {})
end)
