package yeastar

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bellhop/pbx"
)

// maxPromptCount bounds how often prompts are played in one call.
const maxPromptCount = 20

// PlayPrompt implements [pbx.PromptPlayer] (API 2.0.0, call/playprompt; 1.1.0,
// extension/playprompt and outbound/playprompt, which know no count and no
// volume: the prompts are named as often instead, the volume is the PBX's).
func (d *Driver) PlayPrompt(ctx context.Context, order pbx.PromptOrder) (string, error) {
	if err := checkPrompt(order); err != nil {
		return "", fmt.Errorf("play prompt: %w", err)
	}
	endpoint, in := d.promptParams(order)
	id, err := d.place(ctx, endpoint, in)
	if err != nil {
		return "", fmt.Errorf("play prompt to %s: %w", order.Number, err)
	}
	return id, nil
}

func checkPrompt(order pbx.PromptOrder) error {
	if err := dialled(order.Number); err != nil {
		return err
	}
	if len(order.Prompts) == 0 || order.Count < 0 || order.Count > maxPromptCount {
		return fmt.Errorf("no prompt, or played %d times, not 0 to %d: %w", order.Count, maxPromptCount, pbx.ErrInvalid)
	}
	for _, name := range order.Prompts {
		if strings.Contains(name, "+") || strings.Trim(name, "0123456789 ") == "" {
			return fmt.Errorf("%q is no name of a prompt, which has a letter and no plus: %w", name, pbx.ErrInvalid)
		}
	}
	if order.Volume != nil && (*order.Volume < 0 || *order.Volume > 20) {
		return fmt.Errorf("volume %d is not 0 to 20: %w", *order.Volume, pbx.ErrInvalid)
	}
	return nil
}

func (d *Driver) promptParams(order pbx.PromptOrder) (endpoint string, in params) {
	auto := yesNo(order.AutoAnswer)
	if d.old() {
		prompts := strings.Join(slices.Repeat(order.Prompts, max(order.Count, 1)), "+")
		if !order.Outside {
			return "extension/playprompt", params{"extid": order.Number, "prompt": prompts, "autoanswer": auto}
		}
		in = params{"outto": order.Number, "prompt": prompts}
		if order.Permission != "" {
			in["fromext"] = order.Permission
		}
		return "outbound/playprompt", in
	}
	in = params{"number": order.Number, "prompt": strings.Join(order.Prompts, "+"), "autoanswer": auto}
	if order.Count > 0 {
		in["count"] = strconv.Itoa(order.Count)
	}
	if order.Volume != nil {
		in["volume"] = strconv.Itoa(*order.Volume)
	}
	if order.Permission != "" {
		in["dialpermission"] = order.Permission
	}
	return "call/playprompt", in
}
