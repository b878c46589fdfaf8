package yeastar

import (
	"unicode"

	"bellhop/pinyin"
)

// latin lists letters by what stands for them in ASCII.
var latin = func() map[rune]string {
	table := map[rune]string{
		'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE",
		'þ': "th", 'Þ': "Th", 'ĳ': "ij", 'Ĳ': "IJ",
	}
	for ascii, letters := range map[string]string{
		"a": "àáâãäåāăąǎạảấầẩẫậắằẳẵặ", "A": "ÀÁÂÃÄÅĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶ",
		"c": "çćĉċč", "C": "ÇĆĈĊČ",
		"d": "ðďđ", "D": "ÐĎĐ",
		"e": "èéêëēĕėęěẹẻẽếềểễệ", "E": "ÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ",
		"g": "ĝğġģ", "G": "ĜĞĠĢ",
		"h": "ĥħ", "H": "ĤĦ",
		"i": "ìíîïĩīĭįıǐịỉ", "I": "ÌÍÎÏĨĪĬĮİǏỊỈ",
		"j": "ĵ", "J": "Ĵ",
		"k": "ķĸ", "K": "Ķ",
		"l": "ĺļľŀł", "L": "ĹĻĽĿŁ",
		"n": "ñńņňŋ", "N": "ÑŃŅŇŊ",
		"o": "òóôõöøōŏőǒơọỏốồổỗộớờởỡợ", "O": "ÒÓÔÕÖØŌŎŐǑƠỌỎỐỒỔỖỘỚỜỞỠỢ",
		"r": "ŕŗř", "R": "ŔŖŘ",
		"s": "śŝşšș", "S": "ŚŜŞŠȘ",
		"t": "ţťŧț", "T": "ŢŤŦȚ",
		"u": "ùúûüũūŭůűųǔưụủứừửữự", "U": "ÙÚÛÜŨŪŬŮŰŲǓƯỤỦỨỪỬỮỰ",
		"w": "ŵ", "W": "Ŵ",
		"y": "ýÿŷỳỵỷỹ", "Y": "ÝŸŶỲỴỶỸ",
		"z": "źżž", "Z": "ŹŻŽ",
		" ": "·•‧・･／、，", "-": "‐‑‒–—―－",
	} {
		for _, r := range letters {
			table[r] = ascii
		}
	}
	return table
}()

// The wide forms of the ASCII characters, as Chinese keyboards write them.
const (
	wideFirst = '！'
	wideLast  = '～'
)

// toASCII gives what stands for each character of a name; empty: nothing does.
func toASCII(name []rune) []string {
	texts := pinyin.Spell(name)
	for i, r := range name {
		if texts[i] == "" {
			texts[i] = letterToASCII(r)
		}
	}
	return texts
}

func letterToASCII(r rune) string {
	if text, known := latin[r]; known {
		return text
	}
	switch {
	case r < unicode.MaxASCII:
		return string(r)
	case r >= wideFirst && r <= wideLast:
		return string(r - wideFirst + '!')
	case unicode.IsSpace(r):
		return " "
	}
	return ""
}

// adorns knows accents of their own and characters that nobody sees. They would
// part what belongs together.
func adorns(r rune) bool { return unicode.In(r, unicode.M, unicode.Cf) }
