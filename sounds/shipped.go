package sounds

import (
	"bytes"
	"embed"
	"fmt"
)

//go:generate go run ./makeprompts .

// shipped has a recording of each prompt of the catalogue in each language.
// They are kept as FLAC, which gives back the same samples from half the room.
//
//go:embed zh/*.flac en/*.flac
var shipped embed.FS

// Shipped gives the recording of a prompt that comes with the program, as the
// wav file that the PBX plays.
func Shipped(lang, name string) ([]byte, error) {
	packed, err := shipped.ReadFile(lang + "/" + name + ".flac")
	if err != nil {
		return nil, fmt.Errorf("no recording of %q in language %q comes with the program", name, lang)
	}
	t, err := openFLAC(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	samples, _, err := t.mix() // at Rate already: as they are
	if err != nil {
		return nil, err
	}
	return EncodeWav(round(samples)), nil
}
