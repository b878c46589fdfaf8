package yeastar

import (
	"fmt"

	"bellhop/pbx"
)

// forwardKeys are the names of one kind of forward: what switches it, and the
// letter before the names of its destination.
type forwardKeys struct{ toggle, letter string }

var (
	forwardAlways   = forwardKeys{"alwaysforward", "a"}
	forwardNoAnswer = forwardKeys{"noanswerforward", "n"}
	forwardBusy     = forwardKeys{"busyforward", "b"}
)

var forwardWords = map[pbx.ForwardTo]string{
	pbx.ToVoicemail: "Voicemail",
	pbx.ToExtension: "Extension",
	pbx.ToMobile:    "Mobile Number",
	pbx.ToNumber:    "Custom Number",
}

func readForward(n node, keys forwardKeys) pbx.Forward {
	f := pbx.Forward{On: isOn(n.scalar(keys.toggle)), Prefix: n.scalar(keys.letter + "transferprefix")}
	// The tables of extension/add and extension/update have the latter two.
	word := n.scalar(keys.letter+"transferto", keys.letter+"transferterto", keys.letter+"transferfo")
	for to, known := range forwardWords {
		if word == known {
			f.To = to
		}
	}
	switch f.To {
	case pbx.ToExtension:
		f.Number = n.scalar(keys.letter + "transferext")
	case pbx.ToNumber:
		f.Number = n.scalar(keys.letter + "transfernum")
	}
	return f
}

func addForward(in params, keys forwardKeys, f pbx.Forward) error {
	in[keys.toggle] = onOff(f.On)
	if f.To == "" {
		return nil
	}
	word, known := forwardWords[f.To]
	if !known {
		return fmt.Errorf("forward: %q is no destination: %w", f.To, pbx.ErrInvalid)
	}
	number := f.To == pbx.ToExtension || f.To == pbx.ToNumber
	if number && !digitsOnly(f.Number) || f.Prefix != "" && !digitsOnly(f.Prefix) {
		return fmt.Errorf("forward: number and prefix must be digits: %w", pbx.ErrInvalid)
	}
	in[keys.letter+"transferto"] = word
	switch f.To {
	case pbx.ToExtension:
		in[keys.letter+"transferext"] = f.Number
	case pbx.ToNumber:
		in[keys.letter+"transfernum"] = f.Number
	}
	if f.Prefix != "" {
		in[keys.letter+"transferprefix"] = f.Prefix
	}
	return nil
}
