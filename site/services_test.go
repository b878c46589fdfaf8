package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bellhop/config"
	"bellhop/dialplan"
)

func TestServicesOfAConfig(t *testing.T) {
	c := config.Default()
	c.Hotel.Language = "en"
	s, err := Services(c)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.DialledNumbers(), []string{"777", "778", "779", "775", "7752", "7751"}) || s.StaffLanguage != "en" || !slices.Equal(s.GuestLanguages, []string{"en", "zh"}) ||
		!slices.Equal(s.Keys, dialplan.DefaultKeys()) || s.Context != dialplan.YeastarContext || s.KeyWait != 5 || len(s.People) != 0 {
		t.Errorf("by default: %+v", s)
	}

	file := filepath.Join(t.TempDir(), "staff")
	if err := os.WriteFile(file, []byte("1 1234\n2 1234\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Dialplan = config.Dialplan{
		Context: "phones", StaffLanguage: "zh", GuestLanguages: []string{"en"}, Pantries: []string{"8001"}, KeyWait: 7, StaffFile: file,
		Staff: map[string]string{"778": "pin"}, Keys: map[string]string{"1": "01", "9": "31"},
	}
	s, err = Services(c)
	if err != nil {
		t.Fatal(err)
	}
	if s.Context != "phones" || s.StaffLanguage != "zh" || !slices.Equal(s.GuestLanguages, []string{"en"}) || !slices.Equal(s.Pantries, []string{"8001"}) ||
		s.KeyWait != 7 || s.Staff["778"] != dialplan.StaffPIN || !slices.Equal(s.Keys, []dialplan.Key{{Press: "1", Status: "01", Prompt: "cleaned"}, {Press: "9", Status: "31", Prompt: "bh-saved"}}) {
		t.Errorf("as set: %+v", s)
	}
	if len(s.People) != 2 || s.People[0].Hash == s.People[1].Hash || s.People[0].Hash != dialplan.HashPIN(s.People[0].Salt, "1", "1234") {
		t.Errorf("equal PINs of two people: %+v", s.People)
	}

	c.Dialplan.Keys = map[string]string{"1": "01", "11": "11"}
	if _, err := Services(c); err == nil || !strings.Contains(err.Error(), "begin alike") {
		t.Errorf("keys that cannot be told apart: %v", err)
	}
	c.Dialplan.StaffFile += "-away"
	if _, err := Services(c); err == nil || !strings.Contains(err.Error(), "dialplan.staff_file") {
		t.Errorf("no file of PINs: %v", err)
	}
}
