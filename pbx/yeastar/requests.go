package yeastar

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bellhop/pbx"
)

// errForm says that an answer is not what the manual shows.
var errForm = errors.New("answer has another form than expected")

// call asks the PBX for what not every model has, and notes whether it could
// be reached.
func (d *Driver) call(ctx context.Context, endpoint string, in params) (node, error) {
	if d.Session == nil {
		return node{}, fmt.Errorf("call %s: %w: %w", endpoint, errNoSession, pbx.ErrAuth)
	}
	out, err := d.Session.call(ctx, endpoint, in)
	d.noteReached(ctx, err)
	return out, err
}

// noteReached tells the state of the connection from what became of a call:
// a PBX that refuses one thing is there for the next.
func (d *Driver) noteReached(ctx context.Context, err error) {
	var number Errno
	var away *unanswered
	answered := errors.As(err, &number) && !number.renews() && !number.stops()
	switch {
	case ctx.Err() != nil:
	case err == nil, answered:
		d.called(nil)
	case errors.As(err, &away), errors.As(err, &number), errors.Is(err, ErrPaused):
		d.called(err)
	}
}

// old tells whether the PBX has the names of API 1.
func (d *Driver) old() bool { return d.Session != nil && d.Session.old() }

// extension is the parameter that names extensions.
func (d *Driver) extension(numbers string) params {
	if d.Session == nil {
		return params{}
	}
	return d.Session.extension(numbers)
}

// with adds to the parameters.
func (p params) with(key string, value any) params {
	p[key] = value
	return p
}

// maxNumber is longer than any extension's number: the manual allows seven
// digits.
const maxNumber = 15

// numberList joins numbers of extensions. A word such as "all" is none: what
// is meant is always named.
func numberList(numbers ...string) (string, error) {
	if len(numbers) == 0 {
		return "", fmt.Errorf("no extension is named: %w", pbx.ErrInvalid)
	}
	for _, number := range numbers {
		if !digitsOnly(number) || len(number) > maxNumber {
			return "", fmt.Errorf("%q is no number of an extension: %w", number, pbx.ErrInvalid)
		}
	}
	return strings.Join(numbers, ","), nil
}

func digitsOnly(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// split undoes a comma list of the PBX.
func split(list string) []string {
	var parts []string
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func isOn(text string) bool { return strings.EqualFold(strings.TrimSpace(text), "on") }

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
