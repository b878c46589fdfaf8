package packages

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestUnitIsAsSafeAsThePageSays lets systemd judge the unit.
func TestUnitIsAsSafeAsThePageSays(t *testing.T) {
	page, err := os.ReadFile("../../docs/packages.md")
	if err != nil {
		t.Fatal(err)
	}
	claim := regexp.MustCompile(`systemd (\d+) .*exposure of ([0-9.]+)`).FindSubmatch(page)
	if claim == nil {
		t.Fatal("the page claims nothing")
	}
	d := newDebian(t)
	d.run("dpkg -i " + d.take(made(t, newer, here, "bellhop_%s_amd64.deb")))
	if version := d.run("systemctl --version | head -1"); !strings.HasPrefix(version, "systemd "+string(claim[1])+" ") {
		t.Skipf("the page speaks of systemd %s, and this is %s", claim[1], version)
	}
	// Says what it does not understand of the unit.
	if said := d.run("systemd-analyze verify /usr/lib/systemd/system/bellhop.service"); strings.Contains(said, "bellhop.service:") {
		t.Error(said)
	}
	said := d.run("systemd-analyze security --no-pager --offline=true /usr/lib/systemd/system/bellhop.service")
	m := regexp.MustCompile(`Overall exposure level for bellhop.service: ([0-9.]+)`).FindStringSubmatch(said)
	if m == nil {
		t.Fatal(said)
	}
	got, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	most, err := strconv.ParseFloat(string(claim[2]), 64)
	if err != nil {
		t.Fatal(err)
	}
	if got > most {
		t.Errorf("exposure %v, and the page says %v:\n%s", got, most, said)
	}
}
