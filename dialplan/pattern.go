package dialplan

import "strings"

// matches tells whether a dialled number reaches an extension's name, which
// begins with _ if it is a pattern.
func matches(name, number string) bool {
	name, _, _ = strings.Cut(name, "/") // what follows is the caller
	pattern, is := strings.CutPrefix(name, "_")
	if !is {
		return name == number
	}
	return matchesPattern(pattern, number)
}

// matchesPattern reads a pattern without its underscore: X is 0 to 9, Z 1 to 9,
// N 2 to 9, [13-5] one of these, a dot is one character or more, an
// exclamation mark none or more. A dash is nothing.
func matchesPattern(pattern, number string) bool {
	for pattern != "" {
		c := pattern[0]
		pattern = pattern[1:]
		switch c {
		case '-':
			continue
		case '!':
			return true
		case '.':
			return number != ""
		}
		if number == "" {
			return false
		}
		digit := number[0]
		number = number[1:]
		fits := false
		switch c {
		case 'X', 'x':
			fits = digit >= '0' && digit <= '9'
		case 'Z', 'z':
			fits = digit >= '1' && digit <= '9'
		case 'N', 'n':
			fits = digit >= '2' && digit <= '9'
		case '[':
			set, rest, closed := strings.Cut(pattern, "]")
			if !closed {
				return false
			}
			fits, pattern = inSet(set, digit), rest
		default:
			fits = c == digit
		}
		if !fits {
			return false
		}
	}
	return number == ""
}

func inSet(set string, digit byte) bool {
	for i := 0; i < len(set); i++ {
		from, to := set[i], set[i]
		if i+2 < len(set) && set[i+1] == '-' {
			to = set[i+2]
			i += 2
		}
		if digit >= from && digit <= to {
			return true
		}
	}
	return false
}
