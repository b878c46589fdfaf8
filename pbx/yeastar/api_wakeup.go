package yeastar

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"bellhop/pbx"
)

// alarmsPerRequest is small: asked about all alarms at once, firmware before
// April 2024 dropped the connection.
const alarmsPerRequest = 20

// ListAlarms implements [pbx.AlarmKeeper] (wakeupcall/query).
func (d *Driver) ListAlarms(ctx context.Context, extensions ...string) ([]pbx.Alarm, error) {
	if _, err := numberList(extensions...); err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	most := alarmsPerRequest
	if d.old() {
		most = 1 // API 1.1.0 shows one extension only
	}
	var list []pbx.Alarm
	for some := range slices.Chunk(extensions, most) {
		out, err := d.call(ctx, "wakeupcall/query", d.extension(strings.Join(some, ",")))
		if err != nil {
			return nil, fmt.Errorf("list alarms: %w", err)
		}
		more, err := readAlarms(out)
		if err != nil {
			return nil, fmt.Errorf("list alarms: %w", err)
		}
		list = append(list, more...)
	}
	return list, nil
}

// readAlarms reads the answer; without alarms it has no list at all.
func readAlarms(out node) ([]pbx.Alarm, error) {
	var list []pbx.Alarm
	for _, room := range elements(out.get("wakeups", "wakeup")) {
		for _, n := range elements(room.get("wakeup", "wakeups")) {
			a, err := readAlarm(room.scalar(extensionKeys...), n)
			if err != nil {
				return nil, err
			}
			list = append(list, a)
		}
	}
	return list, nil
}

// CreateAlarm implements [pbx.AlarmKeeper] (wakeupcall/create, whose answer
// has no id, and wakeupcall/query).
func (d *Driver) CreateAlarm(ctx context.Context, extension string, spec pbx.AlarmSpec) (string, error) {
	if _, err := numberList(extension); err != nil {
		return "", fmt.Errorf("create alarm: %w", err)
	}
	if spec.Rings == 0 {
		return "", fmt.Errorf("create alarm for %s: how often it rings must be named: %w", extension, pbx.ErrInvalid)
	}
	created := d.sendAlarm(ctx, "wakeupcall/create", d.extension(extension), spec, true)
	var number Errno
	if created != nil && !(errors.As(created, &number) && number == errnoAlarmExists) {
		return "", fmt.Errorf("create alarm for %s: %w", extension, created)
	}
	list, err := d.ListAlarms(ctx, extension)
	if err != nil && created == nil {
		return "", fmt.Errorf("create alarm for %s: ask for its id: %w: %w", extension, pbx.ErrUncertain, err)
	}
	if err != nil {
		return "", fmt.Errorf("create alarm for %s: compare with the one there: %w", extension, err)
	}
	if id := newest(list, extension, spec); id != "" {
		return id, nil
	}
	if created != nil {
		return "", fmt.Errorf("create alarm for %s: %w", extension, created)
	}
	return "", fmt.Errorf("create alarm for %s: it is not in the list: %w", extension, pbx.ErrUncertain)
}

// newest is the alarm of that extension that is as ordered; the PBX counts
// ids up.
func newest(list []pbx.Alarm, extension string, spec pbx.AlarmSpec) string {
	id, most := "", -1
	for _, a := range list {
		number, _ := strconv.Atoi(a.ID)
		if a.Extension == extension && sameAlarm(spec, a) && number > most {
			id, most = a.ID, number
		}
	}
	return id
}

// ChangeAlarm implements [pbx.AlarmKeeper] (wakeupcall/update).
func (d *Driver) ChangeAlarm(ctx context.Context, extension, id string, spec pbx.AlarmSpec) error {
	if err := alarmNames(extension, id); err != nil {
		return fmt.Errorf("change alarm: %w", err)
	}
	in := d.extension(extension).with("wakeupid", id)
	if err := d.sendAlarm(ctx, "wakeupcall/update", in, spec, d.old()); err != nil {
		return fmt.Errorf("change alarm %s of %s: %w", id, extension, err)
	}
	return nil
}

// sendAlarm sends an alarm as the manual shows it: in a list of one, or by
// itself. Firmware and manuals differ, so where the PBX does not take that it
// is sent in the other form once, and the form that was taken is remembered.
func (d *Driver) sendAlarm(ctx context.Context, endpoint string, in params, spec pbx.AlarmSpec, list bool) error {
	alarm, err := alarmParams(spec)
	if err != nil {
		return err
	}
	known := formUnknown
	if d.Session != nil {
		known = d.Session.formOf(endpoint)
	}
	if known == formOther {
		list = !list
	}
	_, err = d.call(ctx, endpoint, withAlarm(in, alarm, list))
	if known != formUnknown {
		return err
	}
	if !misunderstood(err) {
		d.learnForm(endpoint, err, formManual)
		return err
	}
	_, again := d.call(ctx, endpoint, withAlarm(in, alarm, !list))
	if misunderstood(again) {
		return err
	}
	d.learnForm(endpoint, again, formOther)
	return again
}

func withAlarm(in, alarm params, list bool) params {
	in = maps.Clone(in)
	if list {
		return in.with("wakeup", []params{alarm})
	}
	return in.with("wakeup", alarm)
}

// misunderstood tells whether the form may have been at fault: a parameter
// counts as empty, or setting the alarm failed.
func misunderstood(err error) bool {
	var number Errno
	return errors.As(err, &number) && (number == errnoParameters || number == errnoAlarmFailed)
}

// learnForm remembers a form that was taken, though what was asked may have
// been refused.
func (d *Driver) learnForm(endpoint string, err error, f form) {
	var number Errno
	taken := err == nil || errors.As(err, &number) && (number == errnoAlarmExists || number == errnoNoAlarm)
	if taken {
		d.Session.noteForm(endpoint, f)
	}
}

// DeleteAlarms implements [pbx.AlarmKeeper] (wakeupcall/delete). Without an id
// the PBX would delete all, so there always is one.
func (d *Driver) DeleteAlarms(ctx context.Context, extension string, ids ...string) error {
	if err := alarmNames(extension, ids...); err != nil {
		return fmt.Errorf("delete alarms: %w", err)
	}
	err := d.deleteAlarms(ctx, extension, strings.Join(ids, ","))
	if gone(err) && len(ids) > 1 {
		// Which one is gone, and whether the others are now, is not said.
		return d.deleteEachAlarm(ctx, extension, ids)
	}
	if err != nil && !gone(err) {
		return err
	}
	return nil
}

func (d *Driver) deleteEachAlarm(ctx context.Context, extension string, ids []string) error {
	for _, id := range ids {
		if err := d.deleteAlarms(ctx, extension, id); err != nil && !gone(err) {
			return err
		}
	}
	return nil
}

func (d *Driver) deleteAlarms(ctx context.Context, extension, ids string) error {
	_, err := d.call(ctx, "wakeupcall/delete", d.extension(extension).with("wakeupid", ids))
	if err != nil {
		return fmt.Errorf("delete alarms %s of %s: %w", ids, extension, err)
	}
	return nil
}

func gone(err error) bool {
	var number Errno
	return errors.As(err, &number) && number == errnoNoAlarm
}

// alarmNames refuses what could mean more than one extension's alarms named.
func alarmNames(extension string, ids ...string) error {
	if _, err := numberList(extension); err != nil {
		return err
	}
	if len(ids) == 0 {
		return fmt.Errorf("no alarm is named: %w", pbx.ErrInvalid)
	}
	for _, id := range ids {
		if !digitsOnly(id) {
			return fmt.Errorf("%q is no id of an alarm: %w", id, pbx.ErrInvalid)
		}
	}
	return nil
}
