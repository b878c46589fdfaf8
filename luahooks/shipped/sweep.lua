-- The end of the hotel's day: guests who should have left are listed, and what
-- vacant rooms' telephones show is put right. Copy this file into the hooks
-- folder to change it: a file there with the same name replaces this one.
local bellhop = require "bellhop"

-- In the morning people are about: then it is too late for it.
bellhop.cron("0 3 * * *", "nightly-checkout-sweep", { within = 4 * 3600 }, function()
  -- overdue = "checkout" checks them out, if [checkout] sweep of the config
  -- allows it; never a room that somebody still uses.
  bellhop.sweep { overdue = "list" }
end)
