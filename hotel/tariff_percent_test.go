package hotel

import "testing"

// TestSurchargeMayBeWrittenAsPercent: as a tax is, and as a spreadsheet has it.
func TestSurchargeMayBeWrittenAsPercent(t *testing.T) {
	for text, want := range map[string]Exact{"10%": "10", " 8.25 % ": "8.25", "10": "10", "": ""} {
		r, err := Dialling{}.ReadRate(map[string]string{"prefix": "0", "price": "1", "surcharge": text})
		if err != nil || r.Surcharge != want {
			t.Errorf("%q: %q, %v", text, r.Surcharge, err)
		}
	}
	for column, text := range map[string]string{"surcharge": "10%%", "price": "10%", "minimum": "1%"} {
		if r, err := (Dialling{}).ReadRate(map[string]string{"prefix": "0", column: text}); err == nil {
			t.Errorf("%s %q: %+v", column, text, r)
		}
	}
}
