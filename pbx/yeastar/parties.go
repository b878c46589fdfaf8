package yeastar

import (
	"fmt"

	"bellhop/hotel"
)

var roles = map[string]hotel.PartyRole{
	"ext":      hotel.RoleExtension,
	"inbound":  hotel.RoleInbound,
	"outbound": hotel.RoleOutbound,
}

// parties collects the members of a call in the order sent: from members
// (2.0.0), call (1.0.2), or the object's own, repeated keys (1.0.0).
func parties(n node) ([]hotel.Member, error) {
	var list []hotel.Member
	for _, p := range n.pairs {
		switch {
		case p.key == "members" || p.key == "call":
			for _, item := range elements(p.value) {
				more, err := parties(item)
				if err != nil {
					return nil, err
				}
				list = append(list, more...)
			}
		case roles[p.key] != "":
			for _, item := range elements(p.value) {
				list = append(list, party(roles[p.key], item))
			}
		}
		if len(list) > maxMembers {
			return nil, fmt.Errorf("read members: more than %d", maxMembers)
		}
	}
	return list, nil
}

// elements takes one value and a list of values alike.
func elements(n node) []node {
	if n.what == '[' {
		return n.items
	}
	if n.what == 0 {
		return nil
	}
	return []node{n}
}

func party(role hotel.PartyRole, n node) hotel.Member {
	if n.what == 's' {
		return hotel.Member{Role: role, Number: n.text}
	}
	return hotel.Member{
		Role:    role,
		Number:  n.scalar("number", "extid"),
		From:    n.scalar("from"),
		To:      n.scalar("to"),
		Trunk:   n.scalar("trunkname", "trunk"),
		Channel: n.scalar("channelid", "inboundid", "outboundid"),
		// The manual's DTMF table prints members where memberstatus is meant.
		Status: n.scalar("memberstatus", "members"),
		Path:   n.scalar("callpath"),
	}
}

// firstExtension is the number of the first extension in the call.
func firstExtension(list []hotel.Member) string {
	for _, m := range list {
		if m.Role == hotel.RoleExtension && m.Number != "" {
			return m.Number
		}
	}
	return ""
}
