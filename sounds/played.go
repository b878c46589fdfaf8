package sounds

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// otherFormats are the endings of files that Asterisk plays beside wav: a PBX's
// own prompts have them. Their rate is a part of the format.
var otherFormats = []string{"gsm", "wav49", "WAV", "ulaw", "ul", "mu", "pcm", "alaw", "al", "g722", "g729", "sln", "sln16"}

// WhyUnplayed says why a PBX that has the recordings of dir does not play the
// prompt of a name; "" if it does. dir is one language's folder, or has a folder
// for each: then the prompt must be in all, as a call may be in any. What is
// there in another format than wav is taken for one of the PBX's own, and not
// looked into. The error is for a folder that cannot be read, or a name that
// leads out of it.
func WhyUnplayed(dir, name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("look at prompt %q: it is not in %q", name, dir)
	}
	folders, err := languageFolders(dir)
	if err != nil {
		return "", err
	}
	var all []string
	for _, folder := range folders {
		for _, why := range unplayedIn(folder, name) {
			all = append(all, filepath.Join(folder, name+".wav")+" "+why)
		}
	}
	return strings.Join(all, "; "), nil
}

func unplayedIn(folder, name string) (why []string) {
	path := filepath.Join(folder, name)
	if !isThere(path + ".wav") {
		for _, ending := range otherFormats {
			if isThere(path + "." + ending) {
				return nil
			}
		}
		return []string{"is not there"}
	}
	wav, err := readPrompt(path + ".wav")
	if err != nil {
		return []string{"cannot be read: " + err.Error()}
	}
	for _, f := range inspect(wav) {
		if f.Fault {
			why = append(why, f.What)
		}
	}
	return why
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
