// Package yeastar speaks with Yeastar S-series PBXs and their relatives:
// API 1.1.0 and 2.0.0, and the reports that the PBX pushes.
package yeastar

import (
	"fmt"
	"strings"

	"bellhop/hotel"
)

const source = "pbx"

// Normalise reads one pushed report of format 1.0.0, 1.0.2 or 2.0.0. It is
// an error only if the body is not exactly one JSON object within bounds; a
// kind that is not known is an event of its own. Secrets are left out.
func Normalise(body []byte) (hotel.Event, error) {
	n, err := parse(body)
	if err != nil {
		return hotel.Event{}, fmt.Errorf("parse report: %w", err)
	}
	return normalise(n)
}

func normalise(n node) (hotel.Event, error) {
	members, err := parties(n)
	if err != nil {
		return hotel.Event{}, fmt.Errorf("normalise report: %w", err)
	}
	rest := &fields{taken: map[string]bool{
		"members": true, "call": true, "ext": true, "inbound": true, "outbound": true,
	}}
	e := hotel.Event{
		Source:    source,
		Name:      rest.take(n, "event", "action"),
		Serial:    rest.take(n, "sn"),
		CallID:    rest.take(n, "callid"),
		Members:   members,
		Extension: firstExtension(members),
	}
	e.Kind = kindOf(e.Name)
	readKind(&e, n, rest)
	e.Fields = rest.left(n)
	return e, nil
}

// readKind takes what only one kind has.
func readKind(e *hotel.Event, n node, rest *fields) {
	switch e.Kind {
	case hotel.KindDTMF:
		readDTMF(e, n, rest)
	case hotel.KindCDR:
		e.CDR = readCDR(n, rest)
	case hotel.KindExtension, hotel.KindConfig, hotel.KindUACSTA:
		if number := rest.take(n, "extension", "extid", "extnumber"); number != "" {
			e.Extension = number
		}
	case hotel.KindUnknown:
		e.Raw = n.bytes()
	}
}

// readDTMF takes either one key (info, and flag, which counts from 0) or the
// whole string of a feature code (infos). The manual's sample dialplan sends
// the string with and without a blank before it.
func readDTMF(e *hotel.Event, n node, rest *fields) {
	e.Digits = strings.TrimSpace(rest.take(n, "infos"))
	e.Key = strings.TrimSpace(rest.take(n, "info"))
	if e.Key != "" {
		e.KeyIndex = rest.takeCount(n, "flag")
	}
}

// Unreadable makes the event for a body that Normalise refused: it is kept
// rather than lost, and the PBX is not asked to send it again.
func Unreadable(body []byte, why error) hotel.Event {
	e := hotel.Event{Kind: hotel.KindUnknown, Source: source, Raw: maskBroken(clip(body))}
	if why != nil {
		e.Fields = map[string]string{"error": why.Error()}
	}
	return e
}

func clip(body []byte) []byte {
	return body[:min(len(body), maxBody)]
}
