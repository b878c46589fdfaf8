local function dialled(event)
  event[1] = "housekeeping"
  event.room = event.room or "1203"
  return test.event(event)
end

test.case("each code sets its status", function()
  local statuses = {
    ["00"] = "dirty", ["01"] = "clean", ["11"] = "dirty", ["12"] = "dirty",
    ["13"] = "clean", ["14"] = "clean", ["15"] = "inspected", ["16"] = "inspected",
  }
  for code, status in pairs(statuses) do
    test.effects(dialled { status = code }, { { "housekeeping", room = "1203", status = status } })
  end
end)

test.case("another room can be named", function()
  test.effects(dialled { status = "01", room = "1204", caller_room = "1203" }, { { "housekeeping", room = "1204", status = "clean" } })
end)

test.case("who could not enter tells", function()
  test.effects(dialled { status = "20" }, { { "alert", room = "1203", text = "housekeeping could not enter the room" } })
  test.language("zh")
  test.effects(dialled { status = "20" }, { { "alert", text = "客房服务员无法进入房间" } })
end)

test.case("what is not known is told", function()
  test.effects(dialled { status = "99" }, { { "alert", text = "unknown housekeeping code 99" } })
  test.effects(dialled { clear = true }, { { "alert", text = "the room asks to clear its housekeeping status: set it by hand" } })
end)

test.case("a telephone of no room is told of by the hotel's own rules", function()
  test.effects(test.event { "housekeeping", extension = "8000", status = "01" }, {})
end)
