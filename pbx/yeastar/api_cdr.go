package yeastar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// pbxTime is how the PBX writes a time, in its own zone.
const pbxTime = "2006-01-02 15:04:05"

// PastCalls implements [pbx.CallHistory] (cdr/get_random and cdr/download).
func (d *Driver) PastCalls(ctx context.Context, span pbx.Span, extensions []string, take func(hotel.Event) error) error {
	if err := checkSpan(span); err != nil {
		return fmt.Errorf("list past calls: %w", err)
	}
	numbers := "all"
	if len(extensions) > 0 {
		var err error
		if numbers, err = numberList(extensions...); err != nil {
			return fmt.Errorf("list past calls: %w", err)
		}
	}
	if err := d.pastCalls(ctx, span, numbers, take); err != nil {
		return fmt.Errorf("list calls from %s to %s: %w", span.From, span.To, err)
	}
	return nil
}

func checkSpan(span pbx.Span) error {
	from, fromErr := time.Parse(pbxTime, span.From)
	to, toErr := time.Parse(pbxTime, span.To)
	if fromErr != nil || toErr != nil || to.Before(from) {
		return fmt.Errorf("%q to %q is no span of the form %q: %w", span.From, span.To, pbxTime, pbx.ErrInvalid)
	}
	return nil
}

func (d *Driver) pastCalls(ctx context.Context, span pbx.Span, numbers string, take func(hotel.Event) error) error {
	serial, err := d.serial(ctx)
	if err != nil {
		return err
	}
	in := d.extension(numbers).with("starttime", span.From).with("endtime", span.To)
	name := "number"
	if d.old() {
		name = "extid"
	}
	err = d.download(ctx, download{
		what: "cdr",
		in:   in,
		query: func(token, key string) [][2]string {
			return [][2]string{
				{name, numbers}, {"starttime", span.From}, {"endtime", span.To}, {"token", token}, {"random", key},
			}
		},
		take: func(file *bufio.Reader) error { return readCDRFile(file, serial, take) },
	})
	var number Errno
	if errors.As(err, &number) && number == errnoNoCDR {
		return nil
	}
	return err
}

// serial is the PBX's serial number, which the merge key of a record needs and
// not every file has.
func (d *Driver) serial(ctx context.Context) (string, error) {
	if d.Session == nil {
		return "", fmt.Errorf("%w: %w", errNoSession, pbx.ErrAuth)
	}
	device, err := d.Session.Device(ctx)
	d.noteReached(ctx, err)
	if err == nil && device.Serial == "" {
		err = fmt.Errorf("call deviceinfo/query: %w: no sn", errForm)
	}
	return device.Serial, err
}
