package mp3

import "math"

// Between frequency lines and sound stand two banks of filters: the lines of
// each of 32 subbands become 18 samples of it (hybrid), and 32 subbands become
// 32 samples of sound (synthesis). Both keep something for the next time.
type channel struct {
	overlap [32][18]float32
	v       [1024]float32
}

const (
	subbands = 32
	slots    = 18 // samples that a granule has in each subband
)

// The coefficients by which neighbouring subbands are freed of each other
// (table B.9).
var aliasOwn, aliasOther = func() (own, other [8]float32) {
	for i, c := range [8]float64{-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037} {
		own[i] = float32(1 / math.Sqrt(1+c*c))
		other[i] = float32(c / math.Sqrt(1+c*c))
	}
	return own, other
}()

func freeAliases(x *[lines]float32, g granule) {
	last := subbands - 1
	if g.short() {
		if last = 0; g.mixed {
			last = 1
		}
	}
	for band := 1; band <= last; band++ {
		for i := range 8 {
			below, above := &x[18*band-1-i], &x[18*band+i]
			*below, *above = *below*aliasOwn[i]-*above*aliasOther[i], *above*aliasOwn[i]+*below*aliasOther[i]
		}
	}
}

// Tables of the transforms of 36 and 12 samples, 2.4.3.4.10.3.
var cos36, cos12 = cosines[[36][18]float32](36), cosines[[12][6]float32](12)

func cosines[T [36][18]float32 | [12][6]float32](n int) (table T) {
	for i := range n {
		for k := range n / 2 {
			value := float32(math.Cos(math.Pi / float64(2*n) * float64(2*i+1+n/2) * float64(2*k+1)))
			switch t := any(&table).(type) {
			case *[36][18]float32:
				t[i][k] = value
			case *[12][6]float32:
				t[i][k] = value
			}
		}
	}
	return table
}

// windows are the shapes of blocks by kind; that of short ones has 12.
var windows = func() (w [4][36]float32) {
	sin := func(n, i int) float32 { return float32(math.Sin(math.Pi / float64(n) * (float64(i) + 0.5))) }
	for i := range 36 {
		w[blockLong][i] = sin(36, i)
		switch {
		case i < 18:
			w[blockStart][i] = sin(36, i)
		case i < 24:
			w[blockStart][i] = 1
		case i < 30:
			w[blockStart][i] = sin(12, i-18)
		}
		w[blockStop][35-i] = w[blockStart][i]
	}
	for i := range 12 {
		w[blockShort][i] = sin(12, i)
	}
	return w
}()

// hybrid turns the lines of a granule into samples of the subbands.
func (c *channel) hybrid(x *[lines]float32, g granule) (out [slots][subbands]float32) {
	for band := range subbands {
		block := g.block
		if g.mixed && band < 2 {
			block = blockLong
		}
		var y [36]float32
		if in := x[18*band : 18*band+18]; block == blockShort {
			shortBlocks(in, &y)
		} else {
			longBlock(in, &y, &windows[block])
		}
		for i := range slots {
			s := y[i] + c.overlap[band][i]
			c.overlap[band][i] = y[18+i]
			if band&i&1 == 1 { // every other subband runs backwards
				s = -s
			}
			out[i][band] = s
		}
	}
	return out
}

func longBlock(in []float32, y, shape *[36]float32) {
	for i := range y {
		sum := float32(0)
		for k, v := range in {
			sum += v * cos36[i][k]
		}
		y[i] = sum * shape[i]
	}
}

// shortBlocks transforms three short blocks, each six samples after the one
// before.
func shortBlocks(in []float32, y *[36]float32) {
	for w := range 3 {
		for i := range 12 {
			sum := float32(0)
			for k := range 6 {
				sum += in[3*k+w] * cos12[i][k]
			}
			y[6+6*w+i] += sum * windows[blockShort][i]
		}
	}
}

// cos64 is the matrix of the synthesis, and wings its whole window.
var (
	cos64 = func() (table [64][subbands]float32) {
		for i := range table {
			for k := range table[i] {
				table[i][k] = float32(math.Cos(float64((16+i)*(2*k+1)) * math.Pi / 64))
			}
		}
		return table
	}()
	wings = func() (all [512]float32) {
		for i := range all {
			if i <= 256 {
				all[i] = float32(window[i]) / 65536
			} else if all[i] = -float32(window[512-i]) / 65536; i%64 == 0 {
				all[i] = -all[i]
			}
		}
		return all
	}()
)

// synthesise turns one sample of each subband into 32 of sound (2.4.3.2.2).
func (c *channel) synthesise(in *[subbands]float32, out []float32) {
	copy(c.v[64:], c.v[:960])
	for i := range 64 {
		sum := float32(0)
		for k, s := range in {
			sum += s * cos64[i][k]
		}
		c.v[i] = sum
	}
	for j := range out {
		sum := float32(0)
		for i := range 8 {
			sum += c.v[128*i+j]*wings[64*i+j] + c.v[128*i+96+j]*wings[64*i+32+j]
		}
		out[j] = sum
	}
}
