package yeastar

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

// maxDialled is the longest number that is dialled.
const maxDialled = 32

// dialled refuses what no telephone could dial.
func dialled(number string) error {
	if number == "" || len(number) > maxDialled || strings.Trim(number, "0123456789*#+") != "" {
		return fmt.Errorf("%q cannot be dialled: %w", number, pbx.ErrInvalid)
	}
	return nil
}

// Dial implements [pbx.Dialer] (API 2.0.0, call/dial; 1.1.0, which has an
// endpoint for each way to connect two numbers).
func (d *Driver) Dial(ctx context.Context, order pbx.DialOrder) (string, error) {
	if err := errors.Join(dialled(order.Caller), dialled(order.Callee)); err != nil {
		return "", fmt.Errorf("dial: %w", err)
	}
	endpoint, in := d.dialParams(order)
	id, err := d.place(ctx, endpoint, in)
	if err != nil {
		return "", fmt.Errorf("dial %s from %s: %w", order.Callee, order.Caller, err)
	}
	return id, nil
}

func (d *Driver) dialParams(order pbx.DialOrder) (endpoint string, in params) {
	auto := yesNo(order.AutoAnswer)
	switch {
	case !d.old():
		in = params{"caller": order.Caller, "callee": order.Callee, "autoanswer": auto}
		if order.Permission != "" {
			in["dialpermission"] = order.Permission
		}
		return "call/dial", in
	case order.Permission != "":
		return "outbound/dial_outbound", params{"caller": order.Caller, "outto": order.Callee, "fromext": order.Permission}
	case order.Outside:
		return "extension/dial_outbound", params{"extid": order.Caller, "outto": order.Callee, "autoanswer": auto}
	}
	return "extension/dial_extension", params{"caller": order.Caller, "callee": order.Callee, "autoanswer": auto}
}

// place makes a call; one whose id is not told goes on all the same.
func (d *Driver) place(ctx context.Context, endpoint string, in params) (string, error) {
	out, err := d.call(ctx, endpoint, in)
	if err != nil {
		return "", err
	}
	id := out.scalar("callid")
	if id == "" {
		return "", fmt.Errorf("answer without callid: %w", pbx.ErrUncertain)
	}
	return id, nil
}

// AskCall implements [pbx.CallKeeper] (call/query, which API 1.1.0 lacks).
func (d *Driver) AskCall(ctx context.Context, callID string) (pbx.Call, error) {
	if callID == "" {
		return pbx.Call{}, fmt.Errorf("ask about a call: no id is named: %w", pbx.ErrInvalid)
	}
	out, err := d.call(ctx, "call/query", params{"callid": callID})
	if err != nil {
		return pbx.Call{}, fmt.Errorf("ask about call %s: %w", callID, err)
	}
	list, err := readCalls(out.get(callKeys...))
	if err != nil {
		return pbx.Call{}, fmt.Errorf("ask about call %s: %w", callID, err)
	}
	for _, c := range list {
		if c.ID == callID {
			return c, nil
		}
	}
	return pbx.Call{}, fmt.Errorf("ask about call %s: %w", callID, pbx.ErrMissing)
}

// Lists of calls: the manual's table has the first spelling, its examples the
// second; then extension/query_call in its table, its example, and in use.
var (
	callKeys          = []string{"calls", "Calls"}
	extensionCallKeys = []string{"numbertocalls", "numercalls", "numbercalls"}
)

func readCalls(list node) ([]pbx.Call, error) {
	var calls []pbx.Call
	for _, n := range elements(list) {
		members, err := parties(n)
		if err != nil {
			return nil, err
		}
		c := pbx.Call{ID: n.scalar("callid"), Members: members}
		if c.ID == "" {
			return nil, fmt.Errorf("%w: a call without callid", errForm)
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// ExtensionCalls implements [pbx.CallKeeper] (extension/query_call).
func (d *Driver) ExtensionCalls(ctx context.Context, extension string) ([]pbx.Call, error) {
	if _, err := numberList(extension); err != nil {
		return nil, fmt.Errorf("list calls: %w", err)
	}
	out, err := d.call(ctx, "extension/query_call", d.extension(extension))
	if err != nil {
		return nil, fmt.Errorf("list calls of %s: %w", extension, err)
	}
	var calls []pbx.Call
	for _, n := range elements(out.get("calllist")) {
		if n.scalar(extensionKeys...) != extension {
			continue
		}
		more, err := readCalls(n.get(extensionCallKeys...))
		if err != nil {
			return nil, fmt.Errorf("list calls of %s: %w", extension, err)
		}
		calls = append(calls, more...)
	}
	return calls, nil
}

// OutsideCalls implements [pbx.CallKeeper] (API 2.0.0, call/query by type;
// 1.1.0, inbound/query and outbound/query).
func (d *Driver) OutsideCalls(ctx context.Context, direction pbx.Direction) ([]pbx.Call, error) {
	if direction != pbx.Inbound && direction != pbx.Outbound {
		return nil, fmt.Errorf("list calls: %q is no direction: %w", direction, pbx.ErrInvalid)
	}
	endpoint, in := "call/query", params{"type": string(direction)}
	if d.old() {
		endpoint, in = string(direction)+"/query", params{}
	}
	out, err := d.call(ctx, endpoint, in)
	if err != nil {
		return nil, fmt.Errorf("list %s calls: %w", direction, err)
	}
	if d.old() {
		return readOldCalls(out.get(string(direction)), direction), nil
	}
	calls, err := readCalls(out.get(callKeys...))
	if err != nil {
		return nil, fmt.Errorf("list %s calls: %w", direction, err)
	}
	return calls, nil
}

// readOldCalls reads calls as API 1.1.0 lists them: by the trunk's party, with
// those inside beside it. They have the party's id for want of the call's.
func readOldCalls(list node, direction pbx.Direction) []pbx.Call {
	var calls []pbx.Call
	for _, n := range elements(list) {
		outside := party(roles[string(direction)], n)
		outside.Status = n.scalar("status")
		c := pbx.Call{ID: outside.Channel, Members: []hotel.Member{outside}}
		for _, inside := range elements(n.get("callee", "caller")) {
			if number := inside.scalar("extid", "number"); number != "" {
				c.Members = append(c.Members, hotel.Member{Role: hotel.RoleExtension, Number: number})
			}
		}
		calls = append(calls, c)
	}
	return calls
}

// HangUp implements [pbx.CallKeeper] (API 2.0.0, call/hangup by channel; 1.1.0
// by extension or by the id of the trunk's party).
func (d *Driver) HangUp(ctx context.Context, member hotel.Member) error {
	endpoint, key, value := "call/hangup", "channelid", member.Channel
	if d.old() {
		switch member.Role {
		case hotel.RoleInbound, hotel.RoleOutbound:
			word := string(member.Role)
			endpoint, key = word+"/hangup", word+"id"
		default:
			endpoint, key, value = "extension/hangup", "extid", member.Number
		}
	}
	if value == "" {
		return fmt.Errorf("hang up: the party has no %s: %w", key, pbx.ErrInvalid)
	}
	_, err := d.call(ctx, endpoint, params{key: value})
	var number Errno
	if errors.As(err, &number) && number.gone() {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hang up %s: %w", value, err)
	}
	return nil
}
