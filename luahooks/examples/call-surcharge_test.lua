local function free(event)
  event[1], event.to = "cdr", event.to or "02161234567"
  test.effects(test.event(event), {})
end

test.case("what costs nothing", function()
  free { room = "1203", type = "Internal", to = "1204" }
  free { room = "1203", type = "Inbound" }
  free { room = "1203", status = "NO ANSWER" }
  free { room = "1203", talk = 9 }
  free { room = "1203", to = "120", emergency = "120" }
  free { extension = "8000" }
end)

test.case("a vacant room", function()
  test.room { "1203", vacant = true }
  free { room = "1203" }
end)

test.case("each call", function()
  for i = 1, 2 do
    test.effects(test.event { "cdr", room = "1203", to = "02161234567", talk = 10 }, { { "post", kind = "call", amount = 100 } })
  end
end)
