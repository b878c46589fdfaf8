package hotel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// barModel knows whose an entry is by another way than the rules: it goes
// forward, and keeps with each room whom an entry may still be of.
type barModel struct {
	rooms map[string]*barRoom
	count map[string]int // of the item on each stay
	held  int            // entries that wait
}

type barRoom struct {
	in       []string // who stays there, the first pays
	last     string
	came     time.Time
	leaving  bool
	entered  bool // since the last left, or was leaving
	suspects []suspect
}

type suspect struct {
	stay string
	left time.Time
}

func (r *barRoom) arrive(at time.Time, stays ...string) {
	if r.entered {
		r.suspects = nil
	}
	r.in, r.came, r.entered, r.leaving = stays, at, false, false
}

func (r *barRoom) empty(at time.Time) []string {
	gone := r.in
	r.suspects = append(r.suspects, suspect{gone[0], at})
	r.last, r.in, r.leaving = gone[0], nil, false
	return gone
}

// owners are those whose an entry may be; one alone is certain.
func (r *barRoom) owners(at time.Time) (all []string) {
	owner := r.last
	if len(r.in) > 0 {
		owner = r.in[0]
	}
	if at.Before(r.came.Add(4 * time.Hour)) {
		for _, s := range r.suspects {
			if s.stay != owner && at.Sub(s.left) <= 24*time.Hour && !slices.Contains(all, s.stay) {
				all = append(all, s.stay)
			}
		}
	}
	return append(all, owner)
}

func (r *barRoom) enter() {
	if len(r.in) == 0 || r.leaving {
		r.entered = true
	}
}

// TestAnyOrderOfDaysInAHotel lets guests come, leave, move and share in any
// order, and housekeeping enter and look.
func TestAnyOrderOfDaysInAHotel(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(60) {
		l := &barLife{
			bar: newBar(t), dice: rand.New(rand.NewPCG(seed, 7)), at: clockOf("6:00"), seen: seen,
			model: barModel{rooms: map[string]*barRoom{"1": {}, "2": {}, "3": {}}, count: map[string]int{}},
		}
		l.tx.Put(RoomKey("3"), Room{Number: "3"})
		for n := range 200 {
			l.step()
			if n%10 == 9 {
				l.compare()
			}
			if t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, strings.Join(l.story, "\n"))
			}
		}
	}
	for _, what := range []string{"entry", "late", "unclear", "removal", "too many", "resolved", "dropped", "moved", "swapped", "nobody"} {
		if seen[what] < 20 {
			t.Errorf("%q came %d times", what, seen[what])
		}
	}
}

type barLife struct {
	*bar
	dice  *rand.Rand
	at    time.Time
	model barModel
	stays int
	story []string
	seen  map[string]int
}

func (l *barLife) apply(e Effect) error {
	l.id++
	return Apply(l.tx, &Event{ID: l.id, Time: l.at, CallID: "c"}, RulesUnit, []Effect{e}, l.setup)
}

func (l *barLife) must(e Effect) {
	if err := l.apply(e); err != nil {
		l.t.Error(err)
	}
}

func (l *barLife) say(format string, args ...any) {
	l.story = append(l.story, l.at.Format("02 15:04 ")+fmt.Sprintf(format, args...))
}

func (l *barLife) step() {
	l.at = l.at.Add(time.Duration(1+l.dice.IntN(120)) * time.Minute)
	if l.dice.IntN(60) == 0 {
		l.at = l.at.Add(20 * time.Hour)
	}
	number := []string{"1", "2", "3"}[l.dice.IntN(3)]
	r := l.model.rooms[number]
	vacant := len(r.in) == 0
	switch n := l.dice.IntN(20); {
	case n < 3 && vacant:
		l.stays++
		stay := fmt.Sprint("G", l.stays)
		l.say("in %s %s", number, stay)
		l.must(Effect{CheckIn: &CheckIn{Room: number, Stay: stay}})
		r.arrive(l.at, stay)
	case n < 2 && !r.leaving:
		l.stays++
		stay := fmt.Sprint("G", l.stays)
		l.say("share %s %s", number, stay)
		l.must(Effect{CheckIn: &CheckIn{Room: number, Stay: stay, Share: true}})
		r.in = append(r.in, stay)
	case n < 4 && !vacant:
		l.say("out %s", number)
		l.must(Effect{CheckOut: &CheckOut{Room: number, All: true, Now: true}})
		r.empty(l.at)
	case n < 5 && !vacant && !r.leaving:
		l.say("leaves %s", number)
		l.must(Effect{CheckOut: &CheckOut{Room: number, All: true}})
		r.leaving, r.entered = true, false
	case n < 6 && len(r.in) > 1 && !r.leaving:
		l.say("leave %s %s", number, r.in[0])
		l.must(Effect{CheckOut: &CheckOut{Room: number, Stay: r.in[0]}})
		r.in = r.in[1:]
	case n < 9:
		l.move(number, r)
	case n < 10:
		l.look(number, r)
	case n < 11:
		l.say("inspected %s", number)
		l.must(Effect{Status: &SetStatus{Room: number, Status: StatusInspected}})
		if vacant {
			r.entered, r.suspects = true, nil
		}
	case n < 12:
		l.resolve()
	default:
		l.entry(number, r, 1+l.dice.IntN(3), n < 14)
	}
}

func (l *barLife) look(number string, r *barRoom) {
	l.say("look %s", number)
	l.must(Effect{Looked: &LookThrough{Room: number}})
	r.suspects = nil
	if r.leaving {
		r.empty(l.at)
		r.entered = true
	}
	r.enter()
}

func (l *barLife) move(number string, r *barRoom) {
	to := []string{"1", "2", "3"}[l.dice.IntN(3)]
	other := l.model.rooms[to]
	if to == number || len(r.in) == 0 || r.leaving || other.leaving {
		return
	}
	switch {
	case len(other.in) > 0:
		l.say("swap %s %s", number, to)
		l.seen["swapped"]++
		l.must(Effect{Move: &MoveStay{From: number, To: to, Swap: true}})
		x, y := r.empty(l.at), other.empty(l.at)
		r.entered, other.entered = false, false
		r.arrive(l.at, y...)
		other.arrive(l.at, x...)
	case len(r.in) > 1 && l.dice.IntN(2) == 0:
		l.say("move %s %s %s", number, to, r.in[1])
		l.must(Effect{Move: &MoveStay{From: number, To: to, Stay: r.in[1]}})
		other.arrive(l.at, r.in[1])
		r.in = slices.Delete(r.in, 1, 2)
	default:
		l.say("move %s %s", number, to)
		l.seen["moved"]++
		l.must(Effect{Move: &MoveStay{From: number, To: to}})
		r.entered = false
		other.arrive(l.at, r.empty(l.at)...)
	}
}

func (l *barLife) entry(number string, r *barRoom, count int, removal bool) {
	sign := 1
	if removal {
		sign = -1
	}
	l.say("take %s %d", number, sign*count)
	postings := len(l.tx.postings)
	l.must(Effect{Post: &PostCharge{Room: number, Kind: PostingMinibar, Item: "4", Quantity: sign * count, Amount: int64(sign*count) * 1500}})
	owners := r.owners(l.at)
	r.enter()
	owner := owners[0]
	switch {
	case owner == "" && len(owners) == 1:
		l.seen["nobody"]++
	case len(owners) > 1:
		l.seen["unclear"]++
		l.model.held++
		if len(l.tx.postings) != postings {
			l.t.Errorf("what may be of %q was posted", owners)
		}
	case removal && l.model.count[owner] < count:
		l.seen["too many"]++
		l.model.held++
	case removal:
		l.seen["removal"]++
		l.model.count[owner] -= count
	default:
		l.seen["entry"]++
		l.model.count[owner] += count
		p := l.tx.postings[len(l.tx.postings)-1]
		if p.Stay != owner || p.Late != (l.tx.stay(owner).State == StayDeparted) {
			l.t.Errorf("posted %+v, not on %s", p, owner)
		}
		if p.Late {
			l.seen["late"]++
		}
	}
}

// resolve decides about an entry that waits.
func (l *barLife) resolve() {
	for _, al := range openAlerts(l.tx) {
		if al.Code != AlertMinibarDoubt {
			continue
		}
		if l.dice.IntN(3) == 0 {
			l.say("drop %s", al.ID)
			l.must(Effect{ResolveEntry: &ResolveEntry{Alert: al.ID, Drop: true}})
			l.seen["dropped"]++
			l.model.held--
			return
		}
		stays := strings.Split(al.Params["stays"], ", ")
		stay := stays[l.dice.IntN(len(stays))]
		var count int
		_, err := fmt.Sscan(al.Params["count"], &count)
		must(err)
		if al.Params["removal"] == "true" {
			count = -count
		}
		l.say("resolve %s %s %d", al.ID, stay, count)
		err = l.apply(Effect{ResolveEntry: &ResolveEntry{Alert: al.ID, Stay: stay}})
		if refused := l.model.count[stay]+count < 0 && count < 0; refused != (err != nil) {
			l.t.Errorf("resolved: %v", err)
		}
		if err == nil {
			l.seen["resolved"]++
			l.model.count[stay] += count
			l.model.held--
		}
		return
	}
}

// compare holds the books against the model's.
func (l *barLife) compare() {
	held := 0
	for _, al := range openAlerts(l.tx) {
		if al.holdsEntry() {
			held += al.Count
		}
	}
	if held != l.model.held {
		l.t.Errorf("%d entries wait, not %d", held, l.model.held)
	}
	count, amount := map[string]int{}, map[string]int64{}
	newest := map[string]bool{}
	for _, p := range slices.Backward(l.tx.postings) {
		if !newest[p.ID] && p.Stay != "" {
			count[p.Stay] += p.Quantity
			amount[p.Stay] += p.Amount
		}
		newest[p.ID] = true
	}
	for stay, want := range l.model.count {
		f := record[Folio](l.tx, FolioKey(stay))
		if count[stay] != want || amount[stay] != int64(want)*1500 || f.Charges != amount[stay] || f.Items[ItemKey(DefaultMinibar, "4")] != want {
			l.t.Errorf("%s has %d for %d, folio %+v, not %d", stay, count[stay], amount[stay], f, want)
		}
	}
}
