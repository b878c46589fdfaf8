package mp3

import "strings"

// bits reads a stream bit by bit, the highest of each byte first. Past its end
// there are zeros.
type bits struct {
	data []byte
	at   int // in bits
}

func (b *bits) take(n int) int {
	value := 0
	for range n {
		value <<= 1
		if i := b.at >> 3; i < len(b.data) {
			value |= int(b.data[i]>>(7-b.at&7)) & 1
		}
		b.at++
	}
	return value
}

func (b *bits) skip(n int) { b.at += n }

// tree is a Huffman code: at each place the next places for 0 and 1; less than
// 0: the end, with the value -1 - that.
type tree [][2]int16

// trees are made of the words once.
var trees = func() map[int]tree {
	all := make(map[int]tree)
	for number, table := range words {
		all[number] = plant(table)
	}
	return all
}()

// plant makes a tree of a table's words. The value at a word's end is x, four
// bits, and y.
func plant(table string) tree {
	t := tree{{}}
	for x, row := range strings.Split(strings.TrimSpace(table), "\n") {
		for y, word := range strings.Fields(row) {
			t.grow(word, x<<4|y)
		}
	}
	return t
}

// grow adds the way of a word, whose end has a value.
func (t *tree) grow(word string, value int) {
	place := int16(0)
	for _, bit := range word[:len(word)-1] {
		way := bit - '0'
		if (*t)[place][way] == 0 {
			*t = append(*t, [2]int16{})
			(*t)[place][way] = int16(len(*t) - 1)
		}
		place = (*t)[place][way]
	}
	(*t)[place][word[len(word)-1]-'0'] = int16(-1 - value)
}

// read walks a tree by the bits that come. Every way has an end.
func (t tree) read(b *bits) int {
	place := int16(0)
	for {
		place = t[place][b.take(1)]
		if place < 0 {
			return int(-1 - place)
		}
	}
}
