package yeastar

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"bellhop/pbx"
)

// maxSMS is the longest message, where a character beyond ASCII counts as two
// (API 2.0.0, sms/send).
const maxSMS = 2000

// SendSMS implements [pbx.SMSSender] (sms/send).
func (d *Driver) SendSMS(ctx context.Context, message pbx.SMS) (string, error) {
	if err := checkSMS(message); err != nil {
		return "", fmt.Errorf("send SMS: %w", err)
	}
	out, err := d.call(ctx, "sms/send", params{
		"trunk": message.Trunk, "phonenumber": message.To, "message": escape(message.Text),
	})
	if err != nil {
		return "", fmt.Errorf("send SMS over %s: %w", message.Trunk, err)
	}
	id := out.scalar("smsid")
	if id == "" {
		return "", fmt.Errorf("send SMS over %s: answer without id: %w", message.Trunk, pbx.ErrUncertain)
	}
	return id, nil
}

func checkSMS(message pbx.SMS) error {
	if message.Trunk == "" || message.Text == "" || !utf8.ValidString(message.Text) {
		return fmt.Errorf("trunk and text must be named: %w", pbx.ErrInvalid)
	}
	length := 0
	for _, r := range message.Text {
		switch {
		case r > 0xffff:
			return fmt.Errorf("the text holds %U, which an SMS cannot: %w", r, pbx.ErrInvalid)
		case r >= utf8.RuneSelf:
			length++
		}
		length++
	}
	if length > maxSMS {
		return fmt.Errorf("the text is longer than %d characters, of which one beyond ASCII counts two: %w", maxSMS, pbx.ErrInvalid)
	}
	return dialled(message.To)
}

// escape is the URL encoding in which a blank is %20.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
