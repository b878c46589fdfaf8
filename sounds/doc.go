// Package sounds holds the voice prompts that the telephones of a hotel play:
// which there are and what they say ([Catalogue]), the recordings that come
// with the program, and the hotel's own, which stand before those ([Set]).
//
// A PBX of the Asterisk kind plays a file of the wrong rate in silence at
// best; a prompt that asks for keys then ends at once and collects none, which
// breaks the whole service. So everything here ends as one format: wav, PCM,
// 8000 Hz, 16 bits, one channel. [Convert] makes it of other recordings, and
// [Check] says what is wrong with files that somebody else made.
package sounds

// Rate is how many samples a second every prompt has.
const Rate = 8000

// fullScale is the size of the largest 16-bit sample; 1.0 elsewhere here.
const fullScale = 32768
