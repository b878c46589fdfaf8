package yeastar

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bellhop/pbx"
)

// perRequest is how many extensions one question is about: an answer has some
// 1.5 kB for each, and must stay below maxBody.
const perRequest = 100

// extensionKeys are the spellings of an extension's number in answers.
var extensionKeys = []string{"number", "extnumber", "extid"}

var phoneStatus = map[string]pbx.PhoneStatus{
	"registered":   pbx.PhoneIdle,
	"idle":         pbx.PhoneIdle,
	"ringing":      pbx.PhoneRinging,
	"busy":         pbx.PhoneBusy,
	"hold":         pbx.PhoneHeld,
	"unavailable":  pbx.PhoneAway,
	"unregistered": pbx.PhoneAway, // as in reports
	"malfunction":  pbx.PhoneFault,
	"fxsnoport":    pbx.PhoneFault,
}

// ListExtensions implements [pbx.ExtensionLister] (API 2.0.0, extension/list;
// 1.1.0, extensionlist/query).
func (d *Driver) ListExtensions(ctx context.Context) ([]pbx.Extension, error) {
	endpoint := "extension/list"
	if d.old() {
		endpoint = "extensionlist/query"
	}
	out, err := d.call(ctx, endpoint, params{})
	if err != nil {
		return nil, fmt.Errorf("list extensions: %w", err)
	}
	var list []pbx.Extension
	for _, n := range elements(out.get("extlist")) {
		e := pbx.Extension{
			Number: n.scalar(extensionKeys...),
			Name:   n.scalar("username"),
			Type:   n.scalar("type"),
			Status: pbx.PhoneUnknown,
			Agent:  n.scalar("agentid"),
		}
		if e.Agent == "none" {
			e.Agent = ""
		}
		if e.Number == "" {
			return nil, fmt.Errorf("list extensions: %w: one without number", errForm)
		}
		if status, known := phoneStatus[strings.ToLower(n.scalar("status"))]; known {
			e.Status = status
		}
		list = append(list, e)
	}
	return list, nil
}

// ReadExtensions implements [pbx.ExtensionSetter] (extension/query). The
// answer holds password hashes: only what is named here is taken out of it.
func (d *Driver) ReadExtensions(ctx context.Context, numbers ...string) ([]pbx.Settings, error) {
	if _, err := numberList(numbers...); err != nil {
		return nil, fmt.Errorf("read extensions: %w", err)
	}
	var list []pbx.Settings
	for some := range slices.Chunk(numbers, perRequest) {
		out, err := d.call(ctx, "extension/query", d.extension(strings.Join(some, ",")))
		if err != nil {
			return nil, fmt.Errorf("read extensions: %w", err)
		}
		for _, n := range elements(out.get("extinfos")) {
			list = append(list, readSettings(n))
		}
	}
	for _, number := range numbers {
		if !slices.ContainsFunc(list, func(s pbx.Settings) bool { return s.Number == number }) {
			return nil, fmt.Errorf("read extension %s: %w", number, pbx.ErrMissing)
		}
	}
	return list, nil
}

func readSettings(n node) pbx.Settings {
	return pbx.Settings{
		Number:      n.scalar(extensionKeys...),
		Name:        n.scalar("username"),
		Routes:      split(n.scalar("selectoutroute")),
		OtherRoutes: split(n.scalar("unselectoutroute")),
		DND:         isOn(n.scalar("dnd")),
		Restricted:  isOn(n.scalar("callrestriction")),
		Always:      readForward(n, forwardAlways),
		NoAnswer:    readForward(n, forwardNoAnswer),
		Busy:        readForward(n, forwardBusy),
		Together:    isOn(n.scalar("ringsimultaneous")),
		Mobile:      isOn(n.scalar("enablemobile")),
		MobileKept:  n.scalar("moblie", "mobile") != "", // the answer's own spelling
		Voicemail:   isOn(n.scalar("hasvoicemail")),

		VoicemailPIN: pbx.PIN(n.scalar("vmsecret")),
	}
}

// ChangeExtension implements [pbx.ExtensionSetter] (extension/update). The
// name is cleaned by [Driver.CleanName] first; where nothing remains of it the
// number stands for it, as after a check-out.
func (d *Driver) ChangeExtension(ctx context.Context, number string, change pbx.Change) error {
	if _, err := numberList(number); err != nil {
		return fmt.Errorf("change extension: %w", err)
	}
	fields, err := d.changeParams(number, change)
	if err != nil {
		return fmt.Errorf("change extension %s: %w", number, err)
	}
	if len(fields) == 0 {
		return nil
	}
	in := d.extension(number)
	maps.Copy(in, fields)
	if _, err := d.call(ctx, "extension/update", in); err != nil {
		return fmt.Errorf("change extension %s: %w", number, err)
	}
	return nil
}

// changeParams names what changes and nothing else: never a caller id, a
// password or a registration.
func (d *Driver) changeParams(number string, change pbx.Change) (params, error) {
	in := params{}
	if change.Name != nil {
		name, _ := d.CleanName(*change.Name)
		in["username"] = cmp.Or(name, number)
	}
	if change.Routes != nil {
		list, err := routeList(*change.Routes)
		if err != nil {
			return nil, err
		}
		in["selectoutroute"] = list
	}
	for _, s := range []struct {
		key   string
		value *bool
	}{
		{"dnd", change.DND}, {"callrestriction", change.Restricted}, {"ringsimultaneous", change.Together},
		{"enablemobile", change.Mobile}, {"hasvoicemail", change.Voicemail},
	} {
		if s.value != nil {
			in[s.key] = onOff(*s.value)
		}
	}
	if change.ForgetMobile {
		in["mobile"] = ""
	}
	if change.VoicemailPIN != nil {
		pin := string(*change.VoicemailPIN)
		if len(pin) > maxPIN || !digitsOnly(pin) {
			return nil, fmt.Errorf("a PIN of voicemail must have 1 to %d digits: %w", maxPIN, pbx.ErrInvalid)
		}
		in["vmsecret"] = pin
	}
	for _, f := range []struct {
		keys  forwardKeys
		value *pbx.Forward
	}{{forwardAlways, change.Always}, {forwardNoAnswer, change.NoAnswer}, {forwardBusy, change.Busy}} {
		if f.value == nil {
			continue
		}
		if err := addForward(in, f.keys, *f.value); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// maxPIN is the longest PIN of voicemail (API 2.0.0, extension/update).
const maxPIN = 63

// maxRoutes is the longest list of routes that the PBX takes, in characters
// (API 1.1.0, extension/update).
const maxRoutes = 4096

func routeList(names []string) (string, error) {
	for _, name := range names {
		if strings.TrimSpace(name) == "" || strings.Contains(name, ",") {
			return "", fmt.Errorf("%q is no name of an outbound route: %w", name, pbx.ErrInvalid)
		}
	}
	list := strings.Join(names, ",")
	if len([]rune(list)) > maxRoutes {
		return "", fmt.Errorf("the names of the outbound routes come to more than %d characters: %w", maxRoutes, pbx.ErrInvalid)
	}
	return list, nil
}
