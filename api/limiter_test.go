package api

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func TestWhoFailsTooOftenWaits(t *testing.T) {
	now := time.Now()
	l := newLimiter(func() time.Time { return now })
	a, b := household("192.0.2.1:1000"), household("192.0.2.2:1000")
	for n := range failuresAtOnce {
		if l.wait(a) > 0 {
			t.Fatalf("must wait after %d failures", n)
		}
		if waits := l.failed(a); waits != (n == failuresAtOnce-1) {
			t.Errorf("failure %d: %v", n, waits)
		}
	}
	if l.wait(a) != failureEvery || l.wait(b) != 0 {
		t.Errorf("waits %s, the other %s", l.wait(a), l.wait(b))
	}
	now = now.Add(failureEvery - 1)
	if l.wait(a) != 1 {
		t.Errorf("waits %s", l.wait(a))
	}
	now = now.Add(1)
	if l.wait(a) != 0 || !l.failed(a) || l.wait(a) != failureEvery {
		t.Errorf("after the wait there is one more: %s", l.wait(a))
	}
	now = now.Add(time.Hour)
	for range failuresAtOnce - 1 {
		l.failed(a)
	}
	if l.wait(a) != 0 {
		t.Error("an hour without failures counts for nothing")
	}
}

func TestLimiterIsBounded(t *testing.T) {
	now := time.Now()
	l := newLimiter(func() time.Time { return now })
	worst := household("192.0.2.1:1")
	for range failuresAtOnce {
		l.failed(worst)
	}
	for n := range 4 * maxAddresses {
		l.failed(household(fmt.Sprintf("10.%d.%d.1:99", n>>8, n&255)))
		now = now.Add(time.Microsecond)
	}
	if len(l.until) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(l.until))
	}
	if l.wait(worst) == 0 {
		t.Error("who tries most was forgotten for those who try little")
	}
	now = now.Add(time.Hour)
	l.failed(household("10.200.0.1:99"))
	if len(l.until) != 1 {
		t.Errorf("%d of those who have paid are remembered", len(l.until))
	}
}

func TestHousehold(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1/32", "[::ffff:192.0.2.1]:80": "192.0.2.1/32", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64",
	} {
		if got := household(text); got.String() != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	if household("@") != (netip.Prefix{}) {
		t.Error("what is no address has one")
	}
}
