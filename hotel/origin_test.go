package hotel

import "testing"

func TestOrigin(t *testing.T) {
	cases := map[string]string{
		"http://hub.example":              "http://hub.example",
		"HTTPS://Hub.Example/x?y#z":       "https://hub.example",
		"https://hub.example:8443/":       "https://hub.example:8443",
		"https://user:word@hub.example/x": "https://hub.example",
		"http://[FE80::1]:80/x":           "http://[fe80::1]:80",
		"http://192.168.5.150":            "http://192.168.5.150",
	}
	for address, want := range cases {
		got, err := Origin(address)
		if err != nil || got != want {
			t.Errorf("Origin(%q) = %q, %v; want %q", address, got, err, want)
		}
	}
	for _, address := range []string{
		"", "hub.example", "//hub.example", "ftp://hub.example", "file:///etc/passwd", "http://", "http:///x", "http://:80/x", "http://user@/x",
		"http:hub.example", "http://hub.example:x/", "http://hub\x00.example", "http://[::1", "://",
	} {
		if got, err := Origin(address); err == nil || got != "" {
			t.Errorf("Origin(%q) = %q, %v; want a refusal", address, got, err)
		}
	}
}
