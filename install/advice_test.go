package install

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// TestAdvice: what is to be done is said in both languages, and found in an
// error however deep it lies.
func TestAdvice(t *testing.T) {
	for kind, en := range advice {
		if en == "" || AdviceZH(kind) == "" {
			t.Errorf("%v: %q, %q", kind, en, AdviceZH(kind))
		}
	}
	if len(adviceZH) != len(advice) {
		t.Errorf("%d in Chinese, %d in English", len(adviceZH), len(advice))
	}
	full, lost := &Error{Kind: ErrFull, Step: "write"}, &Error{Kind: ErrLost, Step: "read", Err: errors.New("reset")}
	deep := fmt.Errorf("a: %w", errors.Join(&Unfinished{Kind: applied, Err: full}, fmt.Errorf("b: %w, %w", lost, full)))
	if got := Kinds(deep); !slices.Equal(got, []error{ErrFull, ErrLost}) {
		t.Errorf("found %v", got)
	}
	if got := Kinds(errors.New("of the box's own disk")); got != nil {
		t.Errorf("found %v", got)
	}
}
