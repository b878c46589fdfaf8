package mp3

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

// trees are made of codes once.
var trees = func() map[int]tree {
	all := make(map[int]tree)
	for number, words := range codes {
		all[number] = plant(words)
	}
	return all
}()

// plant makes a tree of the lengths and values of a code's words in order.
func plant(words string) tree {
	t := tree{{}}
	word := uint32(0) // the next one, its first bit the highest
	for i := 0; i < len(words); i += 3 {
		length := digit(words[i])
		value := int16(digit(words[i+1])<<4 | digit(words[i+2]))
		place := int16(0)
		for bit := range length - 1 {
			way := word >> (31 - bit) & 1
			if t[place][way] == 0 {
				t = append(t, [2]int16{})
				t[place][way] = int16(len(t) - 1)
			}
			place = t[place][way]
		}
		t[place][word>>(32-length)&1] = -1 - value
		word += 1 << (32 - length)
	}
	return t
}

func digit(c byte) int {
	if c >= 'a' {
		return int(c-'a') + 10
	}
	return int(c - '0')
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
