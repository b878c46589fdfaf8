package hotel

import (
	"fmt"
	"math/big"
	"strings"
)

// Exact is a number as it was written, such as "0.0125": an amount of the
// currency's main unit that may be finer than its minor one, or a percentage.
// Nothing of it is ever rounded. Empty is nought.
type Exact string

// The bounds of what is written.
const (
	exactWhole = 9
	exactPart  = 6
)

// ParseExact reads a number without a sign and drops digits that say nothing,
// so that equal numbers are equal texts.
func ParseExact(text string) (Exact, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	whole, part, point := strings.Cut(text, ".")
	if whole == "" || point && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return "", fmt.Errorf("must be such as 12 or 0.0125, but it is %q", clip(text))
	}
	whole, part = strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")
	if len(whole) > exactWhole || len(part) > exactPart {
		return "", fmt.Errorf("must have at most %d digits before the point and %d behind it, but it is %q", exactWhole, exactPart, clip(text))
	}
	switch {
	case whole == "" && part == "":
		return "", nil
	case whole == "":
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	return Exact(whole), nil
}

// Rat is the number; of a text that [ParseExact] gave.
func (e Exact) Rat() *big.Rat {
	x, ok := new(big.Rat).SetString(string(e))
	if e == "" || !ok {
		return new(big.Rat)
	}
	return x
}

// String writes it, and 0 for none.
func (e Exact) String() string {
	if e == "" {
		return "0"
	}
	return string(e)
}
