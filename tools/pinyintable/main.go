// Command pinyintable writes the table of readings that package pinyin embeds:
//
//	go run -C tools ./pinyintable FILE
//
// The readings are those of github.com/mozillazg/go-pinyin (MIT licence,
// Copyright (c) 2016 mozillazg; its text is kept as pinyin/table.LICENSE). The
// program itself does without that library, which makes a map of 40,000
// entries at each start.
//
// For each code point from first to last the file has two bytes, the higher one
// first: the lowest three bits say how long its syllable is, the others where
// it begins in the string of all syllables, which ends the file. Zero: the code
// point has no reading.
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	gopinyin "github.com/mozillazg/go-pinyin"
)

// The code points of the table: the CJK unified ideographs and their extension
// A, which hold the characters of nearly all names. What is beyond would
// double the table.
const (
	first = 0x3400
	last  = 0x9FFF
)

// corrections has the characters that in a name are hardly ever read as the
// dictionary's first reading says, wherever they stand in it.
var corrections = map[rune]string{
	'长': "chang", '長': "chang", // not zhang, older
	'晟': "sheng",           // not cheng
	'佛': "fo",              // not fu
	'都': "du",              // not dou
	'地': "di",              // not de
	'了': "liao",            // not le
	'卜': "bu",              // not bo
	'薄': "bo",              // not bao
	'厦': "xia", '廈': "xia", // not sha
	'隽': "jun", '雋': "jun", // not juan
	'琢': "zhuo",            // not zuo
	'率': "shuai",           // not lyu
	'湫': "qiu",             // not jiao
	'翟': "zhai",            // not di
	'阚': "kan", '闞': "kan", // not han
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: pinyintable FILE")
	}
	table, err := build()
	if err != nil {
		log.Fatal("make the table: ", err)
	}
	if err := os.WriteFile(os.Args[1], table, 0o644); err != nil {
		log.Fatal("write the table: ", err)
	}
}

func build() ([]byte, error) {
	readings := map[rune]string{}
	for r := rune(first); r <= last; r++ {
		if syllable := read(r); syllable != "" {
			readings[r] = syllable
		}
	}
	syllables := slices.Compact(slices.Sorted(maps.Values(readings)))
	begins, all := map[string]int{}, ""
	for _, syllable := range syllables {
		begins[syllable] = len(all)
		all += syllable
	}
	var table []byte
	for r := rune(first); r <= last; r++ {
		syllable := readings[r]
		begin, length := begins[syllable], len(syllable)
		if begin >= 1<<13 || length >= 1<<3 {
			return nil, fmt.Errorf("syllable %q at %d does not fit into 16 bits", syllable, begin)
		}
		table = binary.BigEndian.AppendUint16(table, uint16(begin<<3|length))
	}
	return append(table, all...), nil
}

// read gives a character's commonest reading in ASCII; empty: it has none that
// is a syllable.
func read(r rune) string {
	if syllable, known := corrections[r]; known {
		return syllable
	}
	commonest, _, _ := strings.Cut(gopinyin.PinyinDict[int(r)], ",")
	syllable := plain.Replace(commonest)
	if !strings.ContainsAny(syllable, "aeiou") || strings.Trim(syllable, "abcdefghijklmnopqrstuwxyz") != "" {
		return ""
	}
	return syllable
}

// plain takes the tones away. Of ü remains what Chinese passports print since
// 2021 (notice of the National Immigration Administration of 29 September 2021,
// after GB/T 28039-2011): YU in lü and nü, U in lüe and nüe. After other
// consonants pinyin itself leaves the dots out.
var plain = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a",
	"ē", "e", "é", "e", "ě", "e", "è", "e",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o",
	"ū", "u", "ú", "u", "ǔ", "u", "ù", "u",
	"üē", "ue", "üé", "ue", "üě", "ue", "üè", "ue", "üe", "ue",
	"ǖ", "yu", "ǘ", "yu", "ǚ", "yu", "ǜ", "yu", "ü", "yu",
)
