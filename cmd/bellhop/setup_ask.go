package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"bellhop/config"
	"bellhop/site"
)

// maxWrong is how often a person may answer one question wrongly.
const maxWrong = 5

// query is one question, and its flag's value.
type query struct {
	ask   string // key of the text
	flag  string // its name, for whom nobody attends
	given string
	def   string // the answer of who says nothing
	may   bool   // it may stay empty
	// check makes the answer of what was typed.
	check func(string) (string, error)
}

// answer gives what the flag, a person or, unattended, what was known before
// says.
func (s *setup) answer(q query) (string, error) {
	if q.check == nil {
		q.check = func(text string) (string, error) { return text, nil }
	}
	if q.given != "" {
		text, err := q.check(q.given)
		if err != nil {
			return "", s.wrong("--%s: %v", q.flag, err)
		}
		return text, nil
	}
	if s.opt.yes {
		if q.def == "" && !q.may {
			s.lacks = append(s.lacks, "--"+q.flag)
		}
		return q.def, nil
	}
	for range maxWrong {
		text, err := s.line(s.tell("ask."+q.ask), q.def)
		if err != nil {
			return "", err
		}
		if text == "" && q.may {
			return "", nil
		}
		if text, err = q.check(text); err == nil && text != "" {
			return text, nil
		}
		fmt.Fprintln(s.err, "  "+s.tell("again", orEmpty(err, s.tell("empty"))))
	}
	return "", s.refuse("no-answer")
}

func orEmpty(err error, otherwise string) string {
	if err != nil {
		return err.Error()
	}
	return otherwise
}

// line asks for one line; who only presses Enter means def.
func (s *setup) line(ask, def string) (string, error) {
	if def != "" {
		ask += " [" + plain(def) + "]"
	}
	fmt.Fprintf(s.err, "%s: ", ask)
	text, err := reading(s.ctx, func() (string, error) { return bufio.NewReader(os.Stdin).ReadString('\n') })
	text = strings.TrimSpace(text)
	if errors.Is(err, io.EOF) && text == "" {
		return "", s.refuse("no-answer")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("setup: %w", err)
	}
	if text == "" {
		return def, nil
	}
	return text, nil
}

// hidden asks for a password, which the terminal does not show.
func (s *setup) hidden(ask string) (string, error) {
	fmt.Fprintf(s.err, "%s: ", ask)
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("setup: %w", err)
	}
	text, err := reading(s.ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if err != nil {
		_ = term.Restore(fd, before) // Ctrl-C: the read goes on, and the terminal would stay mute
	}
	fmt.Fprintln(s.err)
	if err != nil {
		return "", fmt.Errorf("setup: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// agreed asks whether something may be done; who gives --yes has agreed.
func (s *setup) agreed(ask string) (bool, error) {
	if s.opt.yes {
		return true, nil
	}
	text, err := s.line(ask+" [y/N]", "")
	if err != nil {
		return false, err
	}
	return isYes(text), nil
}

func isYes(text string) bool {
	return slices.Contains([]string{"y", "yes", "是", "好"}, strings.ToLower(text))
}

// askHotel: where the box stands.
func (s *setup) askHotel() error {
	h := s.cfg.Hotel
	def := func(key, has, otherwise string) string {
		if s.said(key) && has != "" {
			return has
		}
		return otherwise
	}
	ask := func(key string, q query) error {
		text, err := s.answer(q)
		if err != nil || text == "" {
			return err
		}
		if err := s.put(key, text); err != nil {
			return s.refuse("fault", err)
		}
		return nil
	}
	country := def("hotel.country", h.Country, "")
	said := !s.opt.yes || s.o.language != "" || s.said("hotel.language") // and not guessed by the country
	if err := ask("hotel.language", query{ask: "language", flag: "language", given: s.o.language, def: def("hotel.language", h.Language, s.languageHere()), check: oneOf("zh", "en")}); err != nil {
		return err
	}
	if said {
		s.opt.lang = s.cfg.Hotel.Language
	}
	if err := ask("hotel.name", query{ask: "name", flag: "name", given: s.o.name, def: h.Name, may: true}); err != nil {
		return err
	}
	if err := ask("hotel.country", query{ask: "country", flag: "country", given: s.o.country, def: country, check: s.valid("hotel.country", strings.ToUpper)}); err != nil {
		return err
	}
	currency, _, zone := site.HabitsOf(s.cfg.Hotel.Country)
	if err := ask("hotel.timezone", query{ask: "timezone", flag: "timezone", given: s.o.zone, def: def("hotel.timezone", h.Timezone, zone), check: s.valid("hotel.timezone", nil)}); err != nil {
		return err
	}
	return ask("hotel.currency", query{ask: "currency", flag: "currency", given: s.o.currency, def: def("hotel.currency", h.Currency, currency), check: s.valid("hotel.currency", strings.ToUpper)})
}

// languageOfTerminal is in which language this command speaks to whom has named
// none: who sets a box up need not be the hotel's.
func languageOfTerminal() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := os.Getenv(name); strings.HasPrefix(locale, "zh") {
			return "zh"
		} else if locale != "" {
			return "en"
		}
	}
	return "en"
}

// languageHere is what is proposed where nothing is known but the country.
func (s *setup) languageHere() string {
	if _, language, _ := site.HabitsOf(strings.ToUpper(s.o.country)); language != "" {
		return language
	}
	return "zh"
}

func oneOf(words ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("must be one of %q", words)
		}
		return text, nil
	}
}

// valid judges an answer by the rule of its key.
func (s *setup) valid(key string, form func(string) string) func(string) (string, error) {
	return func(text string) (string, error) {
		if form != nil {
			text = form(text)
		}
		with := s.cfg
		if err := with.Take(config.Setting{Key: key, Value: text}); err != nil {
			return "", err
		}
		var fault *config.Fault
		for _, err := range unjoined(with.Validate()) {
			if errors.As(err, &fault) && fault.Key == key {
				return "", errors.New(fault.Rule)
			}
		}
		return text, nil
	}
}

// unjoined are the errors that were joined.
func unjoined(err error) []error {
	if many, are := err.(interface{ Unwrap() []error }); are {
		return many.Unwrap()
	}
	return []error{err}
}
