package pbxtest

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"bellhop/pbx"
)

var once = pbx.AlarmSpec{Hour: 6, Minute: 30, Repeat: pbx.AlarmOnce, Rings: 3, Interval: 5 * time.Minute}

func keepsAlarms(t *testing.T, h House) {
	d := able[pbx.AlarmKeeper](t, h)
	ctx, phone := t.Context(), h.Phones[0]
	if all, err := d.ListAlarms(ctx, h.Phones[:]...); err != nil || len(all) != 0 {
		t.Fatalf("at the start: %+v, %v", all, err)
	}
	id, err := d.CreateAlarm(ctx, phone, once)
	must(t, "create", err)
	again, err := d.CreateAlarm(ctx, phone, once)
	if err != nil || again != id {
		t.Errorf("the same alarm once more: %q, %v, want %q", again, err, id)
	}
	weekdays := pbx.AlarmSpec{Hour: 7, Repeat: pbx.AlarmWeekdays, Weekdays: []time.Weekday{time.Monday, time.Friday}, Rings: 1, Interval: time.Minute}
	second, err := d.CreateAlarm(ctx, phone, weekdays)
	must(t, "create a second", err)
	if second == id || id == "" {
		t.Errorf("ids %q and %q", id, second)
	}
	if a := alarm(t, d, phone, second); !sameAlarm(a.AlarmSpec, weekdays) {
		t.Errorf("the second is %+v", a)
	}
	changed := once
	changed.Hour, changed.Minute = 5, 5
	must(t, "change", d.ChangeAlarm(ctx, phone, id, changed))
	if a := alarm(t, d, phone, id); !sameAlarm(a.AlarmSpec, changed) || a.Extension != phone {
		t.Errorf("after the change: %+v", a)
	}
	must(t, "delete", d.DeleteAlarms(ctx, phone, id))
	must(t, "delete what is gone", d.DeleteAlarms(ctx, phone, id))
	wantKind(t, "change what is gone", d.ChangeAlarm(ctx, phone, id, once), pbx.ErrMissing)
	alarm(t, d, phone, second)
	must(t, "delete the second", d.DeleteAlarms(ctx, phone, second))
	if all, err := d.ListAlarms(ctx, phone); err != nil || len(all) != 0 {
		t.Errorf("at the end: %+v, %v", all, err)
	}
}

// sameAlarm leaves the recording aside: a PBX names its own.
func sameAlarm(a, b pbx.AlarmSpec) bool {
	a.Prompt, b.Prompt = "", ""
	if len(a.Weekdays) == 0 && len(b.Weekdays) == 0 {
		a.Weekdays, b.Weekdays = nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// alarm finds an alarm by its id.
func alarm(t *testing.T, d pbx.AlarmKeeper, phone, id string) pbx.Alarm {
	t.Helper()
	all, err := d.ListAlarms(t.Context(), phone)
	must(t, "list", err)
	at := slices.IndexFunc(all, func(a pbx.Alarm) bool { return a.ID == id })
	if at < 0 {
		t.Fatalf("alarm %s is not among %+v", id, all)
	}
	return all[at]
}

func deletesByID(t *testing.T, h House) {
	d := able[pbx.AlarmKeeper](t, h)
	_, err := d.CreateAlarm(t.Context(), h.Phones[0], once)
	must(t, "create", err)
	wantKind(t, "delete without an id", d.DeleteAlarms(t.Context(), h.Phones[0]), pbx.ErrInvalid)
	for _, wild := range []string{"", "all", "*"} {
		if err := d.DeleteAlarms(t.Context(), h.Phones[0], wild); err == nil {
			t.Errorf("an alarm with the id %q was deleted", wild)
		}
	}
	if all, err := d.ListAlarms(t.Context(), h.Phones[0]); err != nil || len(all) != 1 {
		t.Errorf("afterwards %+v, %v", all, err)
	}
}

// makesNoAlarmTwice does what a caller does whose answers are lost: it asks,
// and repeats only what is not there.
func makesNoAlarmTwice(t *testing.T, h House) {
	d := able[pbx.AlarmKeeper](t, h)
	for _, trouble := range h.Troubles {
		h.Far.Trouble(trouble, true)
		_, _ = d.CreateAlarm(t.Context(), h.Phones[0], once) // it may be there or not
		h.Far.Trouble(trouble, false)
		h.calm(t)
		id, err := d.CreateAlarm(t.Context(), h.Phones[0], once)
		if errors.Is(err, pbx.ErrUnsupported) {
			continue // which is remembered
		}
		if err != nil {
			t.Errorf("after %s: %v", trouble, err)
			continue
		}
		if all, err := d.ListAlarms(t.Context(), h.Phones[0]); err != nil || len(all) != 1 {
			t.Errorf("after %s: %+v, %v", trouble, all, err)
		}
		must(t, "delete", d.DeleteAlarms(t.Context(), h.Phones[0], id))
	}
}
