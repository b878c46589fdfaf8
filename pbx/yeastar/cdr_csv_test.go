package yeastar

import (
	"bufio"
	"strings"
	"testing"

	"bellhop/hotel"
)

// FuzzCDRFile: whatever a file holds, each record that comes out of it has a
// key and no PIN.
func FuzzCDRFile(f *testing.F) {
	f.Add(cdrHead + "1.5,2019-10-24 01:02:03,1000,2000,29,21,,t,ANSWERED,Outbound,4711,,,3\n")
	f.Add("Call ID,timestart,callto,callfrom\n\"1\"\",2,3\n4,5,6,7")
	f.Add("\ufeffcallid,timestart,callfrom,callto,members,ext\r\n1,2,3,4,5,6,,\r\n")
	for _, body := range printedCDRs(f) {
		f.Add(asFile(f, body))
	}
	f.Fuzz(func(t *testing.T, file string) {
		_ = readCDRFile(bufio.NewReaderSize(strings.NewReader(file), maxRow), "sn", func(e hotel.Event) error {
			if e.Kind != hotel.KindCDR || e.CDR == nil || e.CallID == "" || e.CDR.Start == "" || e.Serial == "" {
				t.Errorf("record %s", quoted(e))
			}
			if e.Fields["pincode"] != "" {
				t.Errorf("a PIN in %s", quoted(e))
			}
			return nil
		})
	})
}
