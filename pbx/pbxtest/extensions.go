package pbxtest

import (
	"slices"
	"testing"

	"bellhop/pbx"
)

func listsExtensions(t *testing.T, h House) {
	d := able[pbx.ExtensionLister](t, h)
	all, err := d.ListExtensions(t.Context())
	must(t, "list", err)
	for _, number := range h.Phones {
		if !slices.ContainsFunc(all, func(x pbx.Extension) bool { return x.Number == number && x.Status != "" }) {
			t.Errorf("%s is not listed: %+v", number, all)
		}
	}
	if slices.ContainsFunc(all, func(x pbx.Extension) bool { return x.Number == h.Absent }) {
		t.Errorf("%s is listed", h.Absent)
	}
}

func read(t *testing.T, h House, number string) pbx.Settings {
	t.Helper()
	all, err := able[pbx.ExtensionSetter](t, h).ReadExtensions(t.Context(), number)
	must(t, "read", err)
	if len(all) != 1 || all[0].Number != number {
		t.Fatalf("asked for %s: %+v", number, all)
	}
	return all[0]
}

func ptr[T any](v T) *T { return &v }

func changesExtension(t *testing.T, h House) {
	d := able[pbx.ExtensionSetter](t, h)
	phone, other := h.Phones[0], h.Phones[1]
	before, beside := h.Far.Look(phone), h.Far.Look(other)
	name := "Wang 王"
	for range 2 { // once more changes nothing
		must(t, "change", d.ChangeExtension(t.Context(), phone, pbx.Change{Name: &name, Routes: ptr(h.Routes[:1]), DND: ptr(true)}))
		got := read(t, h, phone)
		if got.Name != name || !slices.Equal(got.Routes, h.Routes[:1]) || !got.DND {
			t.Errorf("after a change: %+v", got)
		}
		if slices.Contains(got.OtherRoutes, h.Routes[0]) || !slices.Contains(got.OtherRoutes, h.Routes[1]) {
			t.Errorf("routes %q, others %q", got.Routes, got.OtherRoutes)
		}
	}
	after := h.Far.Look(phone)
	for key, value := range before {
		if after[key] != value && !slices.Contains(h.Owned, key) {
			t.Errorf("%s was touched: %q, before %q", key, after[key], value)
		}
	}
	for key, value := range h.Far.Look(other) {
		if beside[key] != value {
			t.Errorf("%s of another extension became %q", key, value)
		}
	}
	must(t, "change nothing", d.ChangeExtension(t.Context(), phone, pbx.Change{}))
	for _, on := range []bool{true, false} {
		must(t, "switch what a guest may have", d.ChangeExtension(t.Context(), phone, pbx.Change{
			Restricted: &on, Together: &on, Voicemail: &on, VoicemailPIN: ptr(pbx.PIN("4711")),
		}))
		got := read(t, h, phone)
		if got.Restricted != on || got.Together != on || got.Voicemail != on {
			t.Errorf("switched to %t: %+v", on, got)
		}
		if got.VoicemailPIN != "" && got.VoicemailPIN != "4711" { // some do not show it
			t.Error("the PIN of voicemail was not set")
		}
	}
	must(t, "bar every route", d.ChangeExtension(t.Context(), phone, pbx.Change{Routes: ptr([]string{})}))
	if got := read(t, h, phone); len(got.Routes) != 0 || got.Name != name || !got.DND {
		t.Errorf("after its routes were taken: %+v", got)
	}
}

func cleansNames(t *testing.T, h House) {
	d, setter := able[pbx.NameCleaner](t, h), able[pbx.ExtensionSetter](t, h)
	for _, name := range []string{"O'Brien, J.", "A & B <c>", "张伟", "", "$$$", "Maximilian Alexander von und zu Hohenstein-Waldburg"} {
		clean, _ := d.CleanName(name)
		must(t, "set the name", setter.ChangeExtension(t.Context(), h.Phones[0], pbx.Change{Name: &name}))
		if clean == "" {
			clean = h.Phones[0]
		}
		if got := read(t, h, h.Phones[0]).Name; got != clean {
			t.Errorf("%q is set as %q, and was to be %q", name, got, clean)
		}
	}
}

func refusesAbsent(t *testing.T, h House) {
	if d, ok := h.Driver.(pbx.ExtensionSetter); ok {
		_, err := d.ReadExtensions(t.Context(), h.Absent)
		wantKind(t, "read", err, pbx.ErrMissing)
		wantKind(t, "change", d.ChangeExtension(t.Context(), h.Absent, pbx.Change{DND: ptr(true)}), pbx.ErrMissing)
		_, err = d.ReadExtensions(t.Context())
		wantKind(t, "read nothing", err, pbx.ErrInvalid)
	}
	if d, ok := h.Driver.(pbx.AlarmKeeper); ok {
		_, err := d.CreateAlarm(t.Context(), h.Absent, once)
		wantKind(t, "set an alarm", err, pbx.ErrMissing)
	}
	if d, ok := h.Driver.(pbx.Dialer); ok {
		if _, err := d.Dial(t.Context(), pbx.DialOrder{Caller: h.Absent, Callee: h.Phones[0]}); err == nil {
			t.Error("a call from nowhere was placed")
		}
	}
}

func listsRoutes(t *testing.T, h House) {
	all, err := able[pbx.RouteLister](t, h).ListRoutes(t.Context())
	must(t, "list", err)
	for _, name := range h.Routes {
		if !slices.ContainsFunc(all, func(r pbx.Route) bool { return r.Name == name }) {
			t.Errorf("route %s is not listed: %+v", name, all)
		}
	}
}

func checksOut(t *testing.T, h House) {
	d := able[pbx.CheckOuter](t, h)
	setter := able[pbx.ExtensionSetter](t, h)
	for _, phone := range h.Phones {
		must(t, "change", setter.ChangeExtension(t.Context(), phone, pbx.Change{Name: ptr("Guest"), Routes: ptr(h.Routes)}))
		h.Far.LeaveVoicemail(phone)
	}
	alarms, hasAlarms := h.Driver.(pbx.AlarmKeeper)
	if hasAlarms {
		_, err := alarms.CreateAlarm(t.Context(), h.Phones[0], once)
		must(t, "set an alarm", err)
	}
	for range 2 { // once more is as good
		must(t, "check out", d.CheckOut(t.Context(), h.Phones[0]))
		got := read(t, h, h.Phones[0])
		if got.Name == "Guest" || len(got.Routes) != 0 {
			t.Errorf("after the check-out: %+v", got)
		}
	}
	if hasAlarms {
		if left, err := alarms.ListAlarms(t.Context(), h.Phones[0]); err != nil || len(left) != 0 {
			t.Errorf("alarms after the check-out: %+v, %v", left, err)
		}
	}
	if mail, ok := h.Driver.(pbx.VoicemailKeeper); ok {
		if left, err := mail.ListVoicemail(t.Context(), h.Phones[0]); err != nil || len(left) != 0 {
			t.Errorf("voicemail after the check-out: %+v, %v", left, err)
		}
		if left, err := mail.ListVoicemail(t.Context(), h.Phones[1]); err != nil || len(left) != 1 {
			t.Errorf("voicemail of another guest: %+v, %v", left, err)
		}
	}
	if got := read(t, h, h.Phones[1]); got.Name != "Guest" || len(got.Routes) != len(h.Routes) {
		t.Errorf("another guest after the check-out: %+v", got)
	}
}
