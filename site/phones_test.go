package site

import (
	"context"
	"errors"
	"slices"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
)

// barred is a PBX on which telephones 102 and 900 may call nobody.
type barred struct {
	pbx.Driver
	asked []string
	err   error
}

func (p *barred) ReadExtensions(_ context.Context, numbers ...string) (list []pbx.Settings, err error) {
	p.asked = append(p.asked, numbers...)
	for _, n := range numbers {
		list = append(list, pbx.Settings{Number: n, Restricted: n == "102" || n == "900"})
	}
	return list, p.err
}

func (p *barred) ChangeExtension(context.Context, string, pbx.Change) error {
	return errors.New("a doctor changes nothing")
}

func TestTelephonesThatMayCallNobodyAreFound(t *testing.T) {
	rooms := []hotel.Room{{Number: "101"}, {Number: "102"}, {Number: "103"}}
	known := Answers{Identity: &pbx.Identity{}, Extensions: []pbx.Extension{{Number: "101"}, {Number: "102"}, {Number: "900"}}}
	a, p := known, &barred{}
	a.AskPhones(t.Context(), p, rooms)
	if !slices.Equal(a.Restricted, []string{"102"}) || !slices.Equal(p.asked, []string{"101", "102"}) {
		t.Errorf("restricted %q, asked %q", a.Restricted, p.asked)
	}
	a = known
	a.AskPhones(t.Context(), &barred{err: pbx.ErrRetry}, rooms)
	if a.Restricted != nil {
		t.Errorf("of no answer: %q", a.Restricted)
	}
	a, p = Answers{Extensions: known.Extensions}, &barred{}
	a.AskPhones(t.Context(), p, rooms)
	if p.asked != nil {
		t.Error("a PBX that does not let us in was asked again")
	}
}
