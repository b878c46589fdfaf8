package yeastar

import "slices"

// maskedForm gives a report byte for byte, but for the secrets in it.
func maskedForm(body []byte) func() []byte {
	return func() []byte {
		if n, err := parse(body); err == nil && !n.holdsSecret() {
			return slices.Clone(body) // the one who pushed may use its bytes again
		}
		return maskBroken(clip(body))
	}
}

// holdsSecret tells whether a secret field has a value. An empty one tells
// nothing, and would look like a PIN if it were masked.
func (n node) holdsSecret() bool {
	for _, p := range n.pairs {
		if secret(p.key) && p.value.tells() || p.value.holdsSecret() {
			return true
		}
	}
	return slices.ContainsFunc(n.items, node.holdsSecret)
}

// tells is false for null and for an empty text.
func (n node) tells() bool { return n.what != 0 && (n.what != 's' || n.text != "") }
