package yeastar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

const masked = "***"

// secret tells whether a field must never leave this package: the PIN with
// which a caller opens an outbound route (API 2.0.0, NewCdr, pincode).
func secret(key string) bool { return strings.EqualFold(strings.TrimSpace(key), "pincode") }

// encode writes the value back as compact JSON, secrets masked and repeated
// keys kept.
func (n node) encode(b *bytes.Buffer) {
	switch n.what {
	case '{':
		b.WriteByte('{')
		for i, p := range n.pairs {
			comma(b, i)
			b.Write(quoted(p.key))
			b.WriteByte(':')
			if secret(p.key) {
				b.Write(quoted(masked))
				continue
			}
			p.value.encode(b)
		}
		b.WriteByte('}')
	case '[':
		b.WriteByte('[')
		for i, item := range n.items {
			comma(b, i)
			item.encode(b)
		}
		b.WriteByte(']')
	case 's':
		b.Write(quoted(n.raw))
	default:
		b.WriteString("null")
	}
}

func comma(b *bytes.Buffer, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func quoted(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}

func (n node) bytes() []byte {
	var b bytes.Buffer
	n.encode(&b)
	return b.Bytes()
}

// brokenPIN finds the field in text that is no JSON: the name, each letter
// plain or escaped, and its value up to the closing quote, or, when the value
// is not quoted or has no end, to the next delimiter or the end.
var brokenPIN = regexp.MustCompile(`(?is)(` + looseWord("pincode") + `[\s"'\\]*[:=]?\s*)` +
	`("(?:[^"\\]|\\.)*(?:"|\\?$)|[\[{].*|[^,}\]]*)`)

func looseWord(word string) string {
	var b strings.Builder
	for _, c := range word {
		fmt.Fprintf(&b, `(?:%c|\\u00%02x|\\u00%02x)`, c, c, c-'a'+'A')
	}
	return b.String()
}

// maskBroken masks secrets in a body that could not be parsed.
func maskBroken(body []byte) []byte {
	return brokenPIN.ReplaceAll(body, []byte(`${1}"`+masked+`"`))
}
