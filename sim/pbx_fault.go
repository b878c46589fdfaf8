package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// A Fault is a way in which a PBX differs from what its manual says or a
// program hopes; each can be switched on by [PBX.SetFault].
type Fault string

// The faults.
const (
	// Of the form of answers.
	FaultErrnoNumber  Fault = "errno-number"  // errno is a number
	FaultLength       Fault = "length"        // answers carry a Content-Length
	FaultLowerCalls   Fault = "calls-lower"   // "calls" for "Calls"
	FaultWakeupKey    Fault = "wakeup-key"    // "wakeup" for "wakeups", and the other way round in API 1.1.0
	FaultEmptyList    Fault = "empty-list"    // a list that is empty is printed
	FaultWakeupArray  Fault = "wakeup-array"  // an alarm is taken in an array only
	FaultWakeupObject Fault = "wakeup-object" // an alarm is taken as an object only
	FaultColumns      Fault = "csv-columns"   // the columns of the table of calls are in another order
	FaultSpelling     Fault = "cdr-spelling"  // fields of call records are misspelt

	// Of what is done.
	FaultUnknownRequest Fault = "unknown-request" // 10003: this model lacks the endpoint
	FaultTooOften       Fault = "too-often"       // 10025 to a write
	FaultExpired        Fault = "token-expired"   // the token has ended before its time
	FaultLocked         Fault = "locked"          // 20002 to a login, and a stream is hung up on

	// Of the way: the first two that follow have had their effect.
	FaultCutAnswer    Fault = "cut-answer"    // half of the answer comes
	FaultLostAnswer   Fault = "lost-answer"   // nothing of the answer comes
	FaultSlow         Fault = "slow"          // the answer takes [Limits.Slow] longer
	FaultStatus500    Fault = "status-500"    // HTTP 500, and nothing was done
	FaultRepeatReport Fault = "repeat-report" // a report comes again though it was answered
)

// Faults lists those of the API and of reports; [FileFaults] lists the others.
func Faults() []Fault {
	return []Fault{
		FaultErrnoNumber, FaultLength, FaultLowerCalls, FaultWakeupKey, FaultEmptyList, FaultWakeupArray, FaultWakeupObject,
		FaultColumns, FaultSpelling, FaultUnknownRequest, FaultTooOften, FaultExpired, FaultLocked,
		FaultCutAnswer, FaultLostAnswer, FaultSlow, FaultStatus500, FaultRepeatReport,
	}
}

// Chance says how often a fault strikes: the next so many times for sure, and
// after that in so many cases of a hundred.
type Chance struct {
	Next    int `json:"next,omitempty"`
	Percent int `json:"percent,omitempty"`
}

// trouble decides when faults strike. Its dice are its own, so that a fault
// does not change how telephones behave; it may be used without the PBX's mu.
type trouble struct {
	mu      *sync.Mutex
	chances map[Fault]Chance
	all     int // percent, of every fault
	dice    *rand.Rand
}

func newTrouble(seed uint64) trouble {
	return trouble{mu: new(sync.Mutex), chances: map[Fault]Chance{}, dice: rand.New(rand.NewPCG(seed, 2))}
}

func (t *trouble) strikes(f Fault) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.chances[f]
	if c.Next > 0 {
		c.Next--
		t.chances[f] = c
		return true
	}
	percent := max(c.Percent, t.all)
	return percent > 0 && t.dice.IntN(100) < percent
}

// strikes is for those who do not hold mu.
func (p *PBX) strikes(f Fault) bool { return p.trouble.strikes(f) }

// SetFault says how often a fault strikes from now on. It fails for a fault
// that is none and a chance that cannot be.
func (p *PBX) SetFault(f Fault, c Chance) error {
	if !slices.Contains(Faults(), f) && !slices.Contains(FileFaults(), f) {
		return fmt.Errorf("set fault: there is no fault %q", f)
	}
	if c.Next < 0 || c.Percent < 0 || c.Percent > 100 {
		return fmt.Errorf("set fault %s: a chance is 0 to 100 percent, and not %d next and %d percent", f, c.Next, c.Percent)
	}
	p.trouble.mu.Lock()
	defer p.trouble.mu.Unlock()
	p.trouble.chances[f] = c
	return nil
}

// SetAllFaults lets every fault strike at random, in at least so many cases of
// a hundred; 0 ends that. It fails for what is no percentage.
func (p *PBX) SetAllFaults(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("set all faults: %d is no percentage", percent)
	}
	p.trouble.mu.Lock()
	defer p.trouble.mu.Unlock()
	p.trouble.all = percent
	return nil
}

// FaultChances gives the chances that were set and that of all faults.
func (p *PBX) FaultChances() (chances map[Fault]Chance, all int) {
	p.trouble.mu.Lock()
	defer p.trouble.mu.Unlock()
	return maps.Clone(p.trouble.chances), p.trouble.all
}

// spellings are those of call records that are seen in the field, beside the
// manual's.
var spellings = map[string][]string{
	"callduration": {"callduraction"},
	"talkduration": {"talkduraction"},
	"dsttrunkname": {"desttrunkname", "dstrunkname", "dsttrcunkname"},
	"ANSWERED":     {"ANSWERD"},
	"NO ANSWER":    {"NOANSWER", "NO ANSWERED"},
}

// spelling draws another spelling; "" if there is none.
func (t *trouble) spelling(name string) string {
	others := spellings[name]
	if len(others) == 0 {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return others[t.dice.IntN(len(others))]
}

// shuffle puts names in another order.
func (t *trouble) shuffle(names []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dice.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
}

// misspell rewrites the record of a call.
func (t *trouble) misspell(body []byte) []byte {
	pairs, _ := readPairs(body) // our own
	var out object
	for _, pair := range pairs {
		value := pair.value
		if pair.key == "status" {
			var status string
			if unquote(value, &status) {
				value = quote(orElse(t.spelling(status), status))
			}
		}
		out.add(orElse(t.spelling(pair.key), pair.key), value)
	}
	return out.bytes()
}
