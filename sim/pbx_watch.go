package sim

// Fate is what becomes of a report.
type Fate string

// The fates. Each report is made, and answered or lost unless it still waits;
// one that comes again though it was answered is answered more than once.
const (
	ReportMade     Fate = "made"
	ReportAnswered Fate = "answered" // with 200, or written to a stream whole
	ReportLost     Fate = "lost"     // for good: with its stream, by a restart, or for want of anybody to tell
)

// Told is a report whose fate is known.
type Told struct {
	Body []byte // in the form of 2.0.0
	Sent []byte // as it went out; nil unless it is answered
}

// watch tells who watches. The caller holds mu.
func (p *PBX) watch(f Fate, t Told) {
	if p.o.Watch != nil {
		p.o.Watch(f, t)
	}
}

// lost notes reports that nobody will get. The caller holds mu.
func (p *PBX) lost(reports ...[]byte) {
	for _, body := range reports {
		if body != nil {
			p.watch(ReportLost, Told{Body: body})
		}
	}
}
