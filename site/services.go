package site

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"bellhop/config"
	"bellhop/dialplan"
	"bellhop/hotel"
)

// Codes are the feature codes of a hotel.
func Codes(c config.Services) hotel.Services {
	s := hotel.Services{
		Housekeeping: c.Housekeeping, WakeUp: c.WakeUp, DND: c.DND, Confirm: c.Confirm, RoomStatus: c.RoomStatus,
		Minibars: map[string]string{},
	}
	if c.Minibar != "" {
		s.Minibars[c.Minibar] = hotel.DefaultMinibar
	}
	for code, list := range c.Minibars {
		s.Minibars[code] = list
	}
	return s
}

// Services are what the hotel's phones are to offer. It reads the staff's PINs
// if a minibar asks for them.
func Services(c config.Config) (dialplan.Services, error) {
	s := dialplan.Default()
	s.Codes = Codes(c.Services)
	s.Context = c.Dialplan.Context
	s.StaffLanguage = cmp.Or(c.Dialplan.StaffLanguage, c.Hotel.Language)
	s.GuestLanguages = c.Dialplan.GuestLanguages
	if len(s.GuestLanguages) == 0 {
		other := map[string]string{"zh": "en", "en": "zh"}
		s.GuestLanguages = []string{c.Hotel.Language, other[c.Hotel.Language]}
	}
	s.Pantries = c.Dialplan.Pantries
	s.KeyWait = c.Dialplan.KeyWait
	s.Staff = map[string]dialplan.Staff{}
	asksPIN := false
	for code, how := range c.Dialplan.Staff {
		s.Staff[code] = dialplan.Staff(how)
		asksPIN = asksPIN || how == config.StaffPIN
	}
	if len(c.Dialplan.Keys) > 0 {
		s.Keys = keys(c.Dialplan.Keys)
	}
	if asksPIN {
		pins, err := c.StaffPINs()
		if err != nil {
			return dialplan.Services{}, err
		}
		s.People = people(pins, c.Hotel.Name)
	}
	if err := s.Validate(); err != nil {
		return dialplan.Services{}, fmt.Errorf("the services: %w", err)
	}
	return s, nil
}

// keys makes the housekeeping table; a status that we have no words for is
// told as "saved".
func keys(table map[string]string) []dialplan.Key {
	prompts := map[string]string{}
	for _, k := range dialplan.DefaultKeys() {
		prompts[k.Status] = k.Prompt
	}
	var all []dialplan.Key
	for _, press := range slices.Sorted(maps.Keys(table)) {
		status := table[press]
		all = append(all, dialplan.Key{Press: press, Status: status, Prompt: cmp.Or(prompts[status], "bh-saved")})
	}
	return all
}

// people hashes PINs. The salt comes from hotel and code, so that what is
// written stays the same from day to day while equal PINs look different.
func people(pins map[string]string, hotelName string) []dialplan.Person {
	var all []dialplan.Person
	for _, code := range slices.Sorted(maps.Keys(pins)) {
		sum := sha1.Sum([]byte(hotelName + "\x00" + code))
		salt := hex.EncodeToString(sum[:8])
		all = append(all, dialplan.Person{Code: code, Salt: salt, Hash: dialplan.HashPIN(salt, code, pins[code])})
	}
	return all
}
