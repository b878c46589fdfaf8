package quarter

// lives are all that happens, with how often on a day and between which hours.
var lives = []life{
	{"arrive", 34, 13, 23, (*house).arrive},
	{"coach", 0.3, 15, 20, (*house).coach},
	{"share", 8, 10, 23, (*house).share},
	{"move", 4, 9, 22, (*house).move},
	{"move alone", 4, 9, 22, (*house).moveOne},
	{"swap", 2, 9, 22, (*house).swap},

	{"call out", 50, 7, 24, (*house).callOut},
	{"call a room", 30, 7, 24, (*house).callRoom},
	{"call in", 60, 7, 24, (*house).callIn},
	{"minibar", 60, 9, 18, (*house).minibar},
	{"housekeeping", 50, 9, 18, (*house).housekeep},
	{"own settings", 20, 0, 24, (*house).setOwn},
	{"alarm by hand", 6, 18, 24, (*house).alarmByHand},
	{"meddle", 3, 8, 24, (*house).meddle},
	{"call for help", 1, 0, 24, (*house).callForHelp},
	{"wake-up by the desk", 25, 7, 24, (*house).wakeByDesk},
	{"wake-up by telephone", 15, 18, 24, (*house).wakeByPhone},
	{"wake-ups of a group", 0.7, 19, 23, (*house).wakeGroup},
	{"wake-up cancelled by telephone", 5, 19, 24, (*house).cancelByPhone},
	{"wake-up asked for by telephone", 12, 18, 24, (*house).hearWakes},
	{"wake-up cancelled", 4, 19, 24, (*house).cancelSome},
	{"another manner", 12, 0, 24, (*house).otherManner},

	{"outage", 0.5, 0, 24, (*house).outage},
	{"reboot", 0.4, 0, 24, (*house).reboot},
	{"unplug", 0.6, 0, 24, (*house).unplug},
	{"bad hour", 0.4, 0, 24, (*house).badHour},
	{"PMS away", 0.5, 0, 24, (*house).pmsOutage},
	{"PMS mumbles", 0.3, 0, 24, (*house).mumble},
	{"drift", 1, 0, 24, (*house).drift},
	{"power", 1, 0, 24, (*house).power},
	{"power at breakfast", 0.5, 5, 8, (*house).powerAtBreakfast},
	{"power during an order", 0.5, 0, 24, (*house).powerDuring},
}
