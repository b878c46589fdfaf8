package site

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bellhop/pbx"
)

func TestKnock(t *testing.T) {
	nothing := http.NotFoundHandler()
	plain := httptest.NewServer(nothing)
	t.Cleanup(plain.Close)
	secured := httptest.NewUnstartedServer(nothing)
	secured.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	secured.StartTLS()
	t.Cleanup(secured.Close)
	newer := httptest.NewUnstartedServer(nothing)
	newer.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	newer.Config.ErrorLog = nil
	newer.StartTLS()
	t.Cleanup(newer.Close)
	for _, c := range []struct {
		address string
		problem pbx.LoginProblem
		tls     string
	}{
		{plain.URL, "", ""},
		{secured.URL, "", "TLS 1.2"},
		{newer.URL, pbx.LoginOther, ""},
		{strings.Replace(plain.URL, "http:", "https:", 1), pbx.LoginNotTLS, ""},
		{closedPort(t), pbx.LoginRefused, ""},
		{"http://", pbx.LoginNoHost, ""},
		{"::", pbx.LoginNoHost, ""},
	} {
		k := KnockAt(t.Context(), c.address)
		if k.Problem != c.problem || k.TLS != c.tls || (k.Error == "") != (c.problem == "") || (k.Took > 0) != (c.problem == "") {
			t.Errorf("%s: %+v", c.address, k)
		}
		if cert := secured.Certificate(); c.tls != "" && !k.Ends.Equal(cert.NotAfter) {
			t.Errorf("%s: %s", c.address, k.Ends)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if k := KnockAt(ctx, plain.URL); k.Problem != pbx.LoginSilent {
		t.Errorf("without time: %+v", k)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "http://" + ln.Addr().String()
}
