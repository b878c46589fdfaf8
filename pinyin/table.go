package pinyin

import _ "embed" // for the table

// table is written by tools/pinyintable, which says where it is from. It holds
// two bytes for each code point from first to last, and after them, as one
// string, the syllables at which they point. It is read as it lies in the
// program, with nothing to unpack at the start. Its ü are those of Chinese
// passports: lyu, nyu, lue, nue.
//
//go:generate go run -C ../tools ./pinyintable ../pinyin/table.bin
//go:embed table.bin
var table string

// The CJK unified ideographs and their extension A.
const (
	first = 0x3400
	last  = 0x9FFF
)

// reading gives the commonest reading of a character; empty: the table has none.
func reading(r rune) string {
	if r < first || r > last {
		return ""
	}
	at := 2 * int(r-first)
	begin := 2*(last-first+1) + int(table[at])<<5 + int(table[at+1]>>3)
	return table[begin : begin+int(table[at+1]&7)]
}
