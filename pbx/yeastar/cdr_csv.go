package yeastar

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"bellhop/hotel"
)

// Bounds of one CDR file. A record is some 200 bytes: that is a busy month.
const (
	maxCDRFile = 32 << 20
	maxRow     = 16 << 10
)

// keyColumns are the columns without which a record has no merge key.
var keyColumns = []string{"callid", "timestart", "callfrom", "callto"}

// readCDRFile gives take each record as the event that a report of it would
// be. The columns go by their names in the first line, in any order and in any
// of the spellings of reports; the manual does not say what they are. A line
// that does not fit it is left out and told of at the end, so that it does not
// keep the others away.
func readCDRFile(file *bufio.Reader, serial string, take func(hotel.Event) error) error {
	f := cdrFile{lines: lineReader{from: file}, serial: serial, take: take}
	for {
		line, whole, err := f.lines.next()
		if errors.Is(err, io.EOF) {
			return f.bad
		}
		if err == nil {
			err = f.add(line, whole)
		}
		if err != nil {
			return err
		}
	}
}

// cdrFile is a file that is being read.
type cdrFile struct {
	lines   lineReader
	columns []string // nil before the first line
	serial  string
	take    func(hotel.Event) error
	bad     error // about the first line that was left out
}

// add reads one line. The last one may be cut off, as the PBX declares no
// length: then it has no end, and too few values or half a serial number.
func (f *cdrFile) add(line string, whole bool) error {
	row, err := readRow(line)
	if f.columns == nil {
		if err == nil {
			f.columns, err = readColumns(row)
		}
		return f.fault(err)
	}
	var e hotel.Event
	if err == nil {
		e, err = readRecord(f.columns, row)
	}
	if !whole && (err != nil || e.Serial != "" && e.Serial != f.serial) {
		return &unanswered{f.fault(errors.New("cut off")), false}
	}
	if err != nil {
		if f.bad == nil {
			f.bad = f.fault(err)
		}
		return nil
	}
	if e.Serial == "" {
		e.Serial = f.serial
	}
	return f.take(e)
}

func (f *cdrFile) fault(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read CDR file: line %d: %w", f.lines.count, err)
}

// lineReader gives lines of bounded length, out of a file of bounded length.
type lineReader struct {
	from  *bufio.Reader
	count int
	size  int
}

// next gives the next line that is not empty; whole tells whether it had an
// end.
func (l *lineReader) next() (line string, whole bool, err error) {
	for {
		bytes, err := l.from.ReadSlice('\n')
		l.count++
		l.size += len(bytes)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return "", false, fmt.Errorf("read CDR file: line %d: %w", l.count, errTooLong)
		case l.size > maxCDRFile:
			return "", false, fmt.Errorf("read CDR file: %w; ask for a shorter time", errTooLong)
		case err != nil && !errors.Is(err, io.EOF):
			return "", false, &unanswered{fmt.Errorf("read CDR file: %w", err), false}
		}
		if line = strings.TrimSpace(string(bytes)); line != "" {
			return line, err == nil, nil
		}
		if err != nil {
			return "", false, err
		}
	}
}

// readRow reads one line by itself, so that a stray quote cannot swallow the
// lines behind it.
func readRow(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(line))
	r.LazyQuotes = true
	row, err := r.Read()
	if err != nil {
		return nil, errors.New("not in the form of CSV")
	}
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	return row, nil
}

// readColumns reads the names of the columns. Only letters and digits count,
// small ones: Call From is callfrom.
func readColumns(row []string) ([]string, error) {
	var columns []string
	for _, name := range row {
		columns = append(columns, strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, name))
	}
	for _, name := range keyColumns {
		if !slices.Contains(columns, name) {
			return nil, fmt.Errorf("%w: no column %s", errForm, name)
		}
	}
	return columns, nil
}

// readRecord makes a report of the line and reads it as one. Empty values
// behind the last column are let pass.
func readRecord(columns, row []string) (hotel.Event, error) {
	for len(row) > len(columns) && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	if len(row) != len(columns) {
		return hotel.Event{}, fmt.Errorf("%d values in %d columns", len(row), len(columns))
	}
	n := node{what: '{', pairs: []pair{{"event", scalarNode("NewCdr")}}}
	for i, name := range columns {
		if name != "" && name != "event" && name != "action" {
			n.pairs = append(n.pairs, pair{name, scalarNode(row[i])})
		}
	}
	e, err := normalise(n)
	if err == nil && (e.CallID == "" || e.CDR.Start == "") {
		err = errors.New("no callid or timestart")
	}
	return e, err
}

func scalarNode(value string) node { return node{what: 's', text: value, raw: value} }
