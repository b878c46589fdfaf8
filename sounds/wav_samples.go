package sounds

import "math"

// floatSample reads a sample of a float wav. What is no number is silence.
func floatSample(bits uint32) float32 {
	return sane(math.Float32frombits(bits))
}

func doubleSample(bits uint64) float32 {
	return sane(float32(math.Float64frombits(bits)))
}

// sane keeps one sample from spoiling all that are mixed with it: programs
// write infinities, and peaks some times full scale are usual in float files.
func sane(s float32) float32 {
	if !(s > -16 && s < 16) {
		return 0
	}
	return s
}

// muLaw and aLaw read the companded samples of telephony (ITU-T G.711).
func muLaw(b byte) float32 {
	b = ^b
	size := (int(b&0x0f)<<3 + 0x84) << (b >> 4 & 7)
	size -= 0x84
	if b&0x80 != 0 {
		size = -size
	}
	return float32(size) / fullScale
}

func aLaw(b byte) float32 {
	b ^= 0x55
	size := int(b&0x0f)<<4 + 8
	if exponent := b >> 4 & 7; exponent > 0 {
		size = (size + 0x100) << (exponent - 1)
	}
	if b&0x80 == 0 {
		size = -size
	}
	return float32(size) / fullScale
}
