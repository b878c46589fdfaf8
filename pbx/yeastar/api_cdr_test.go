package yeastar

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
)

const cdrHead = "callid,timestart,callfrom,callto,callduration,talkduration,srctrunkname,dsttrunkname,status,type,pincode,recording,didnumber,sn\n"

var aDay = pbx.Span{From: "2019-10-24 00:00:00", To: "2019-10-24 15:59:59"}

// pastCalls downloads that file.
func pastCalls(t *testing.T, file string) ([]hotel.Event, error) {
	t.Helper()
	d, f := farDriver(t, V2)
	f.answers["cdr/get_random"] = []string{`{"status":"Success","random":"r1"}`}
	f.answers["cdr/download"] = []string{file}
	var list []hotel.Event
	err := d.PastCalls(t.Context(), aDay, nil, func(e hotel.Event) error {
		list = append(list, e)
		return nil
	})
	return list, err
}

// printedCDRs are the reports of calls that the manuals print.
func printedCDRs(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/events/*NewCdr*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("list vectors: %v, %d", err, len(files))
	}
	all := map[string][]byte{}
	for _, file := range files {
		if all[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// asFile is the report of a call as a file of records.
func asFile(t testing.TB, body []byte) string {
	t.Helper()
	var head, row []string
	for _, p := range mustParse(t, string(body)).pairs {
		if p.key != "event" && p.key != "action" {
			head, row = append(head, p.key), append(row, p.value.text)
		}
	}
	return strings.Join(head, ",") + "\n" + strings.Join(row, ",") + "\n"
}

// TestDownloadedIsPushed: each report of a call that the manuals print comes
// out of a file as the same event, so that the two are one.
func TestDownloadedIsPushed(t *testing.T) {
	for file, body := range printedCDRs(t) {
		pushed, err := Normalise(body)
		if err != nil {
			t.Fatal(err)
		}
		pushed.Name = "NewCdr"
		got, err := pastCalls(t, asFile(t, body))
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %v, %d records", file, err, len(got))
		}
		if !reflect.DeepEqual(got[0], pushed) {
			t.Errorf("%s: downloaded %s\npushed %s", file, quoted(got[0]), quoted(pushed))
		}
		if got[0].MergeKey() != pushed.MergeKey() || got[0].MergeKey() == "" {
			t.Errorf("%s: keys %q and %q", file, got[0].MergeKey(), pushed.MergeKey())
		}
	}
}

func TestCDRFiles(t *testing.T) {
	const row = "1.5,2019-10-24 01:02:03,1000,013800000000,29,21,,sip-1,ANSWERED,Outbound,4711,,,369451090405\n"
	const key = "cdr|369451090405|1.5|2019-10-24 01:02:03|1000|013800000000"
	for name, c := range map[string]struct {
		file string
		keys int   // how many records with that key
		kind error // nil: none; errForm and others by errors.Is
	}{
		"as known":             {cdrHead + row, 1, nil},
		"empty":                {"", 0, nil},
		"blank lines":          {"\r\n\r\n", 0, nil},
		"the head alone":       {cdrHead, 0, nil},
		"no last line end":     {cdrHead + strings.TrimSpace(row), 1, nil},
		"carriage returns":     {strings.ReplaceAll(cdrHead+row, "\n", "\r\n"), 1, nil},
		"byte order mark":      {"\ufeff" + cdrHead + row, 1, nil},
		"names for people":     {"Call ID,Time Start,Call From,Call To,Talk_Duraction,SN\n" + "1.5,2019-10-24 01:02:03,1000,013800000000,21,369451090405\n", 1, nil},
		"another order, no sn": {"callto,callfrom,timestart,callid,new\n013800000000,1000,2019-10-24 01:02:03,1.5,x\n", 1, nil},
		"quoted":               {cdrHead + `"1.5","2019-10-24 01:02:03","1000","013800000000","29","21","","a,b","ANSWERED","Outbound","","","","369451090405"` + "\n", 1, nil},
		"stray quote":          {cdrHead + strings.Replace(row, "sip-1", `si"p`, 1) + row, 2, nil},
		"empty ones behind":    {cdrHead + strings.TrimSpace(row) + ",,\n", 1, nil},
		"a column too many":    {cdrHead + strings.Replace(row, "sip-1", "a,b", 1) + row, 1, errAny},
		"no callid":            {cdrHead + strings.Replace(row, "1.5", "", 1) + row, 1, errAny},
		"no begin":             {cdrHead + strings.Replace(row, "2019-10-24 01:02:03", "", 1) + row, 1, errAny},
		"cut off":              {cdrHead + row + row[:40], 1, pbx.ErrRetry},
		"cut off in the sn":    {cdrHead + row + strings.TrimSpace(row)[:len(row)-5], 1, pbx.ErrRetry},
		"no head":              {row + row, 0, errForm},
		"a page":               {"<html>\n<body>\n", 0, errForm},
		"one endless line":     {cdrHead + strings.Repeat("x", maxRow+1), 0, errTooLong},
		"too long":             {cdrHead + strings.Repeat(strings.Repeat(" ", maxRow-2)+"\n", maxCDRFile/(maxRow-1)+1), 0, errTooLong},
		"refused":              {failure("10101"), 0, pbx.ErrInvalid},
		"none of that time":    {failure("20021"), 0, nil},
		"an answer, no file":   {`{"status":"Success"}`, 0, errForm},
	} {
		got, err := pastCalls(t, c.file)
		switch {
		case c.kind == errAny && err != nil, c.kind != errAny && errors.Is(err, c.kind):
		default:
			t.Errorf("%s: %v", name, err)
		}
		if len(got) != c.keys {
			t.Errorf("%s: %d records, want %d", name, len(got), c.keys)
		}
		for _, e := range got {
			if e.MergeKey() != key {
				t.Errorf("%s: key %q", name, e.MergeKey())
			}
			if strings.Contains(string(quoted(e)), "4711") {
				t.Errorf("%s: the PIN survived: %s", name, quoted(e))
			}
		}
	}
}

var errAny = errors.New("any")

func TestCDRAddress(t *testing.T) {
	printed := strings.ReplaceAll(example(t, "requests", "L05704_cdr-download.txt"), "\n", "")
	_, want, _ := strings.Cut(printed, "?")
	for _, api := range []Version{V2, V1} {
		d, f := farDriver(t, api)
		f.answers["login"] = []string{`{"status":"Success","token":"4555b319609ca31410f7b946671fcc69"}`}
		f.answers["cdr/get_random"] = []string{`{"status":"Success","random":"7b0ad48124d720235b05d2435a48bc30"}`}
		f.answers["cdr/download"] = []string{""}
		if err := d.PastCalls(t.Context(), aDay, []string{"4000"}, noEvent); err != nil {
			t.Fatal(err)
		}
		if api == V1 {
			want = strings.Replace(want, "number=", "extid=", 1)
		}
		if a := f.last(); a.query != want || a.method != "GET" || a.path != "/api/v"+string(api)+"/cdr/download" {
			t.Errorf("got %s %s?%s, want ?%s", a.method, a.path, a.query, want)
		}
	}
	d, f := farDriver(t, V2)
	f.answers["cdr/get_random"] = []string{failure("20021")}
	if err := d.PastCalls(t.Context(), aDay, nil, noEvent); err != nil {
		t.Errorf("no records: %v", err)
	}
	if !strings.Contains(string(f.last().body), `"number":"all"`) {
		t.Errorf("asked %s", f.last().body)
	}
	for _, span := range []pbx.Span{{}, {From: aDay.To, To: aDay.From}, {From: "2019-10-24", To: aDay.To}} {
		if err := d.PastCalls(t.Context(), span, nil, noEvent); !errors.Is(err, pbx.ErrInvalid) {
			t.Errorf("%v: %v", span, err)
		}
	}
}

func TestTakersErrorEndsIt(t *testing.T) {
	full := errors.New("disk full")
	d, f := farDriver(t, V2)
	f.answers["cdr/get_random"] = []string{`{"status":"Success","random":"r1"}`}
	f.answers["cdr/download"] = []string{"callid,timestart,callfrom,callto\n1,2,3,4\n1,2,3,4\n"}
	calls := 0
	err := d.PastCalls(t.Context(), aDay, nil, func(hotel.Event) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("%v after %d records", err, calls)
	}
	if state := d.State(); state.Error != "" {
		t.Errorf("the PBX is blamed: %s", state.Error)
	}
}

// TestStaleKeys: a key is good for one download within 30 seconds, and a token
// may end between the two calls.
func TestStaleKeys(t *testing.T) {
	for name, c := range map[string]struct {
		downloads []string
		keys      int
		logins    int
		kind      error
	}{
		"good":            {[]string{"RIFF"}, 1, 1, nil},
		"stale once":      {[]string{failure("20012"), "RIFF"}, 2, 1, nil},
		"stale for ever":  {[]string{failure("20012")}, 2, 1, pbx.ErrRetry},
		"token ended":     {[]string{failure("20006"), "RIFF"}, 2, 2, nil},
		"none":            {[]string{failure("20014")}, 1, 1, pbx.ErrMissing},
		"empty":           {[]string{""}, 1, 1, pbx.ErrRetry},
		"a broken answer": {[]string{`{"status":`}, 1, 1, pbx.ErrRetry},
	} {
		d, f := farDriver(t, V2)
		f.answers["recording/get_random"] = []string{`{"status":"Success","random":"r1"}`}
		f.answers["recording/download"] = c.downloads
		var sound strings.Builder
		err := d.FetchRecording(t.Context(), "a.wav", &sound)
		if !errors.Is(err, c.kind) || err == nil && sound.String() != "RIFF" {
			t.Errorf("%s: %v, got %q", name, err, sound.String())
		}
		if keys, logins := len(f.of("recording/get_random")), len(f.of("login")); keys != c.keys || logins != c.logins {
			t.Errorf("%s: %d keys and %d logins, want %d and %d", name, keys, logins, c.keys, c.logins)
		}
	}
}

func TestRecordingAddress(t *testing.T) {
	printed := strings.ReplaceAll(example(t, "requests", "L05798_recording-download.txt"), "\n", "")
	_, want, _ := strings.Cut(printed, "?")
	d, f := farDriver(t, V2)
	f.answers["login"] = []string{`{"status":"Success","token":"75c5891b32203d0615f9e3753a7cb779"}`}
	f.answers["recording/get_random"] = []string{`{"status":"Success","random":"120732c546381fb020f17fba676b0ea0"}`}
	f.answers["recording/download"] = []string{"RIFF"}
	if err := d.FetchRecording(t.Context(), "20170901181806-1504261084.7-1001-1003-Internal.wav", io.Discard); err != nil {
		t.Fatal(err)
	}
	if a := f.last(); a.query != want {
		t.Errorf("got ?%s\nwant ?%s", a.query, want)
	}
	for _, name := range []string{"", "../etc/passwd", "a\nb", `a\b`} {
		if err := d.FetchRecording(t.Context(), name, io.Discard); !errors.Is(err, pbx.ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// endless never ends, and fails after a while if asked to.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(len(p), e.left)
	e.left -= n
	return n, nil
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errAny }

func TestRecordingsAreBounded(t *testing.T) {
	if err := copyRecording(io.Discard, &endless{maxRecording + 2}); !errors.Is(err, errTooLong) {
		t.Errorf("endless: %v", err)
	}
	if err := copyRecording(io.Discard, &endless{100}); !errors.Is(err, pbx.ErrRetry) {
		t.Errorf("cut off: %v", err)
	}
	if err := copyRecording(failing{}, strings.NewReader("RIFF")); !errors.Is(err, errAny) || errors.Is(err, pbx.ErrRetry) {
		t.Errorf("cannot be written: %v", err)
	}
}

// TestDownloadErrorsHoldNoSecrets: the address has token and key.
func TestDownloadErrorsHoldNoSecrets(t *testing.T) {
	d, f := farDriver(t, V2)
	f.answers["login"] = []string{`{"status":"Success","token":"SECRET1"}`}
	f.answers["recording/get_random"] = []string{`{"status":"Success","random":"SECRET2"}`}
	d.Session.HTTP = &http.Client{Transport: downFor{f, "recording/download"}}
	err := d.FetchRecording(t.Context(), "a.wav", io.Discard)
	if err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("error %v", err)
	}
}

// downFor fails for one endpoint.
type downFor struct {
	http.RoundTripper
	endpoint string
}

func (d downFor) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, d.endpoint) {
		return nil, errors.New("line is down")
	}
	return d.RoundTripper.RoundTrip(r)
}
