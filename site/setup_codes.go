package site

import (
	"slices"
	"strings"

	"bellhop/config"
)

// CodeChange is a service whose code means something else on the PBX already,
// and the one that it is given instead; empty: none was found.
type CodeChange struct {
	Key      string // such as services.minibar
	From, To string
}

// codeKeys are the services that may get another code, in the order in which
// they choose.
var codeKeys = []struct {
	key string
	of  func(*config.Services) *string
}{
	{"services.housekeeping", func(s *config.Services) *string { return &s.Housekeeping }},
	{"services.minibar", func(s *config.Services) *string { return &s.Minibar }},
	{"services.wakeup", func(s *config.Services) *string { return &s.WakeUp }},
	{"services.dnd", func(s *config.Services) *string { return &s.DND }},
	{"services.confirm", func(s *config.Services) *string { return &s.Confirm }},
}

// FreeCodes gives services other codes where theirs are taken on the PBX, and
// says which; c gets them. An error says that the services are wrong in
// themselves.
func FreeCodes(c *config.Config, n Neighbours) ([]CodeChange, error) {
	var changes []CodeChange
	for _, k := range codeKeys {
		code := k.of(&c.Services)
		if *code == "" {
			continue
		}
		clash, err := clashes(*c, n, *code)
		if err != nil {
			return nil, err
		}
		if !clash {
			continue
		}
		from := *code
		to := freeCode(*c, n, k.of)
		if to != "" {
			*code = to
		}
		changes = append(changes, CodeChange{k.key, from, to})
	}
	return changes, nil
}

// freeCode tries codes that look alike: 677 for 777, then 8777.
func freeCode(c config.Config, n Neighbours, of func(*config.Services) *string) string {
	code := *of(&c.Services)
	for _, front := range "65489327" {
		for _, try := range []string{string(front) + code[1:], string(front) + code} {
			if try == code || len(try) > 7 || slices.Contains(Codes(c.Services).Codes(), try) {
				continue
			}
			with := c
			*of(&with.Services) = try
			if clash, err := clashes(with, n, try); err == nil && !clash {
				return try
			}
		}
	}
	return ""
}

// clashes tells whether what a code makes telephones dial is taken: the code, and
// what is dialled behind it in other languages.
func clashes(c config.Config, n Neighbours, code string) (bool, error) {
	services, err := Services(c)
	if err != nil {
		return false, err
	}
	for _, f := range services.Conflicts(n.taken(c)) {
		if f.Refused() && (f.Subject == code || code == services.Codes.Confirm && strings.HasPrefix(f.Subject, code) && !isOther(c.Services, f.Subject, code)) {
			return true, nil
		}
	}
	return false, nil
}

// isOther tells whether a number is another service's own code.
func isOther(s config.Services, number, code string) bool {
	return number != code && slices.Contains(Codes(s).Codes(), number)
}
