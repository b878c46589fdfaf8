package hotel

import (
	"reflect"
	"testing"
)

var testServices = Services{
	Housekeeping: "777", WakeUp: "779", DND: "76", Confirm: "775", RoomStatus: "*56",
	Minibars: map[string]string{"778": "minibar", "7781": "lounge"},
}

func TestParseDigits(t *testing.T) {
	cases := map[string]Entry{
		"777*00":          {Kind: EntryHousekeeping, Service: "777", Status: "00"},
		" 777*01":         {Kind: EntryHousekeeping, Service: "777", Status: "01"},
		"777*16*0102":     {Kind: EntryHousekeeping, Service: "777", Status: "16", Room: "0102"},
		"778*123456789*2": {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Item: "123456789", Count: 2},
		"7781*4*12":       {Kind: EntryMinibar, Service: "7781", Minibar: "lounge", Item: "4", Count: 12},
		"778*4*1*2":       {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Item: "4", Count: 1, Seq: 2},
		"778*4*1*2*0007":  {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Item: "4", Count: 1, Seq: 2, Staff: "0007"},
		"778*R*4*1*3":     {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Item: "4", Count: 1, Seq: 3, Removal: true},
		"778*R*4*1*3*7":   {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Item: "4", Count: 1, Seq: 3, Staff: "7", Removal: true},
		"778*N*1":         {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Seq: 1, Nothing: true},
		"778*N*1*9":       {Kind: EntryMinibar, Service: "778", Minibar: "minibar", Seq: 1, Staff: "9", Nothing: true},
		"778*P*12":        {Kind: EntryWrongPIN, Service: "778", Minibar: "minibar", Staff: "12"},
		"779*0630":        {Kind: EntryWakeUpSet, Service: "779", Time: "06:30"},
		"779*C":           {Kind: EntryWakeUpCancel, Service: "779"},
		"779*H":           {Kind: EntryWakeUpHear, Service: "779"},
		"76*1":            {Kind: EntryDND, Service: "76", On: true},
		"76*0":            {Kind: EntryDND, Service: "76"},
		"775*1*1203":      {Kind: EntryConfirm, Service: "775", Key: "1", Room: "1203"},
		"775*L*12":        {Kind: EntrySpeaks, Service: "775", Languages: "12"},
		"775*L*2":         {Kind: EntrySpeaks, Service: "775", Languages: "2"},
		"775*5":           {Kind: EntryConfirm, Service: "775", Key: "5"},
		"*56*03":          {Kind: EntryHousekeeping, Service: "*56", Status: "03"},
		"*056":            {Kind: EntryClearStatus, Service: "*56"},
	}
	for digits, want := range cases {
		got, ok := testServices.ParseDigits(digits)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseDigits(%q) = %+v, %v; want %+v", digits, got, ok, want)
		}
	}
}

func TestParseDigitsRefuses(t *testing.T) {
	for _, digits := range []string{
		"", "*", "777", "777*", "777*1", "777*001", "777*0a", "777*01*", "777*01*1*2", "777*01*123456789",
		"778*", "778*1", "778*1234567890*1", "778*1*123", "778*1*1*0", "778*1*1*1*2*3", "778*R*1*1", "778*N", "778*N*0",
		"779*2400", "779*0660", "779*630", "779*X", "76*2", "775*12", "775*", "775*1*", "775*1*1*1", "775*12*1", "775*L", "775*L*", "775*L*123", "775*L*x", "775*L*1*1", "775*1*123456789", "9*1", "778*P*", "*56*3", "*0561", "**", "٣*1",
	} {
		if e, ok := testServices.ParseDigits(digits); ok {
			t.Errorf("ParseDigits(%q) = %+v, want a refusal", digits, e)
		}
	}
}

func TestServiceSwitchedOff(t *testing.T) {
	if e, ok := (Services{}).ParseDigits("777*01"); ok {
		t.Errorf("a hotel without codes read %+v", e)
	}
}

func FuzzParseDigits(f *testing.F) {
	for _, seed := range []string{"777*01", "778*1*2*3*4", "*56*03", "779*0630", "778*R*4*1*3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, digits string) {
		e, ok := testServices.ParseDigits(digits)
		if ok && (e.Kind == "" || e.Service == "") {
			t.Errorf("ParseDigits(%q) accepted without a kind or service: %+v", digits, e)
		}
	})
}
