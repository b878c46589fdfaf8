package lossy

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// The model says what there may be after a power cut. It knows nothing of how the
// disk does it: of each sector it knows what was written there and what of it
// is certain, and of the names every state in which they ever were.
type model struct {
	*testing.T
	disk   *Disk
	folder string
	chance *rand.Rand
	past   []map[string]*modelFile // states of all names since the power came
	sure   int                     // the oldest of them that there may be
	steps  []int                   // by index of past: 0 for a change at the top, 1 in the folder below
	stamp  int
	ahead  int // power cuts after which there was more than what was certain
	behind int // and less than all
}

// modelFile is a file that was made in the step born.
type modelFile struct {
	born    int
	sectors [modelSectors][]value
	reach   int // sectors up to where anything was written or cut
}

// value is what a sector holds from then on.
type value struct {
	stamp   int // 0: zeros
	certain bool
	doubt   bool // a sync of it failed
}

const (
	modelSectors = 12
	modelRounds  = 40
)

var modelNames = []string{"a", "b", "c", "sub/a", "sub/b"}

// TestModel does random things, cuts the power, and looks whether what is there
// may be there.
func TestModel(t *testing.T) {
	seed := setting("BELLHOP_LOSSY_SEED", int(rand.Uint32()))
	t.Logf("BELLHOP_LOSSY_SEED=%d", seed)
	d := New()
	m := &model{T: t, disk: d, folder: d.Mount(t), chance: seeded(seed)}
	must(t, os.Mkdir(m.at("sub"), 0o700))
	syncFolder(t, m.folder)
	m.past, m.steps = []map[string]*modelFile{{}}, []int{0}
	for range modelRounds {
		for range 10 + m.chance.IntN(40) {
			m.step()
		}
		d.Cut(m.chance)
		d.PowerOn()
		m.judge()
	}
	t.Logf("after %d of %d power cuts there was more than was certain, after %d less than all", m.ahead, modelRounds, m.behind)
	if m.ahead < modelRounds/8 || m.behind < modelRounds/8 {
		t.Error("that is too seldom")
	}
}

func (m *model) at(name string) string { return filepath.Join(m.folder, name) }

func (m *model) now() map[string]*modelFile { return m.past[len(m.past)-1] }

// step does one thing at random.
func (m *model) step() {
	m.Helper()
	name := modelNames[m.chance.IntN(len(modelNames))]
	f := m.now()[name]
	switch what := m.chance.IntN(12); {
	case f == nil || what == 0:
		m.create(name)
	case what == 1:
		m.remove(name)
	case what == 2:
		m.rename(name, modelNames[m.chance.IntN(len(modelNames))])
	case what == 3:
		m.truncate(name, f)
	case what <= 7:
		m.write(name, f)
	case what <= 9:
		m.sync(name, f)
	case what == 10:
		m.failingSync(name, f)
	default:
		m.syncFolder(m.chance.IntN(2))
	}
}

// renamed notes a new state of the names.
func (m *model) renamed(change func(map[string]*modelFile), in ...int) {
	state := maps.Clone(m.now())
	change(state)
	m.past = append(m.past, state)
	mask := 0
	for _, folder := range in {
		mask |= 1 << folder
	}
	m.steps = append(m.steps, mask)
}

// below tells in which folder a name is.
func below(name string) int {
	if len(name) > 1 {
		return 1
	}
	return 0
}

func (m *model) create(name string) {
	if m.now()[name] != nil {
		m.remove(name)
	}
	f, err := os.OpenFile(m.at(name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	must(m.T, err)
	must(m.T, f.Close())
	m.renamed(func(s map[string]*modelFile) { s[name] = &modelFile{born: len(m.past)} }, below(name))
}

func (m *model) remove(name string) {
	must(m.T, os.Remove(m.at(name)))
	m.renamed(func(s map[string]*modelFile) { delete(s, name) }, below(name))
}

func (m *model) rename(from, to string) {
	if from == to {
		return
	}
	must(m.T, os.Rename(m.at(from), m.at(to)))
	m.renamed(func(s map[string]*modelFile) { s[to] = s[from]; delete(s, from) }, below(from), below(to))
}

func (m *model) write(name string, f *modelFile) {
	at := m.chance.IntN(modelSectors)
	count := 1 + m.chance.IntN(modelSectors-at)
	m.stamp++
	var text []byte
	for s := at; s < at+count; s++ {
		text = append(text, stamped(m.stamp)...)
		f.sectors[s] = append(f.sectors[s], value{stamp: m.stamp})
	}
	f.reach = max(f.reach, at+count)
	file, err := os.OpenFile(m.at(name), os.O_RDWR, 0)
	must(m.T, err)
	put(m.T, file, text, int64(at)*sectorSize)
	must(m.T, file.Close())
}

func stamped(stamp int) []byte { return fmt.Appendf(nil, "%*d", sectorSize, stamp) }

func (m *model) truncate(name string, f *modelFile) {
	to := m.chance.IntN(modelSectors + 1)
	must(m.T, os.Truncate(m.at(name), int64(to)*sectorSize))
	for s := to; s < modelSectors; s++ {
		f.sectors[s] = append(f.sectors[s], value{})
	}
	f.reach = max(f.reach, to)
}

func (m *model) sync(name string, f *modelFile) {
	file, err := os.Open(m.at(name))
	must(m.T, err)
	if m.chance.IntN(2) == 0 {
		must(m.T, file.Sync())
	} else {
		must(m.T, syscall.Fdatasync(int(file.Fd())))
	}
	must(m.T, file.Close())
	for s := range f.sectors {
		for i, v := range f.sectors[s] {
			f.sectors[s][i].certain = v.certain || !v.doubt
		}
	}
	m.sure = max(m.sure, f.born)
}

func (m *model) failingSync(name string, f *modelFile) {
	file, err := os.Open(m.at(name))
	must(m.T, err)
	m.disk.Fail(Fault{Ops: Syncs, Err: syscall.EIO})
	refused(m.T, "sync", file.Sync(), syscall.EIO)
	m.disk.Heal()
	must(m.T, file.Close())
	for s := range f.sectors {
		for i, v := range f.sectors[s] {
			f.sectors[s][i].doubt = !v.certain
		}
	}
}

func (m *model) syncFolder(which int) {
	syncFolder(m.T, m.at([]string{"", "sub"}[which]))
	for i := len(m.steps) - 1; i > m.sure; i-- {
		if m.steps[i]&(1<<which) != 0 {
			m.sure = i
		}
	}
}

// judge holds what is there against what may be, and goes on from there.
func (m *model) judge() {
	m.Helper()
	there := map[string][]int{}
	for _, name := range modelNames {
		text, err := os.ReadFile(m.at(name))
		if os.IsNotExist(err) {
			continue
		}
		must(m.T, err)
		there[name] = m.stamps(name, text)
	}
	var why []string
	for i := m.sure; i < len(m.past); i++ {
		fault := differs(m.past[i], there)
		if fault == "" {
			if i > m.sure {
				m.ahead++
			}
			if i < len(m.past)-1 {
				m.behind++
			}
			m.again(there)
			return
		}
		why = append(why, fault)
	}
	m.Fatalf("what is there is none of the %d states that may be: %v: %q", len(why), there, why)
}

// stamps reads a file's sectors.
func (m *model) stamps(name string, text []byte) (all []int) {
	m.Helper()
	for part := range slices.Chunk(text, sectorSize) {
		stamp := 0
		if slices.Max(part) != 0 {
			if _, err := fmt.Sscan(string(part), &stamp); err != nil || string(part) != string(stamped(stamp)) {
				m.Fatalf("%s holds a sector that nobody wrote: %q", name, part)
			}
		}
		all = append(all, stamp)
	}
	return all
}

// differs says why it cannot be that state of the names.
func differs(state map[string]*modelFile, there map[string][]int) string {
	if !slices.Equal(slices.Sorted(maps.Keys(state)), slices.Sorted(maps.Keys(there))) {
		return "other names"
	}
	for name, f := range state {
		if len(there[name]) > f.reach {
			return name + " is too long"
		}
		for s := range modelSectors {
			stamp := 0
			if s < len(there[name]) {
				stamp = there[name][s]
			}
			if !f.mayHold(s, stamp) {
				return fmt.Sprintf("%s holds %d in sector %d of %v", name, stamp, s, f.sectors[s])
			}
		}
	}
	return ""
}

// mayHold tells whether a sector may hold that: what is certain, or anything later.
func (f *modelFile) mayHold(sector, stamp int) bool {
	for _, v := range slices.Backward(f.sectors[sector]) {
		if v.stamp == stamp {
			return true
		}
		if v.certain {
			return false
		}
	}
	return stamp == 0
}

// again begins anew with what is there.
func (m *model) again(there map[string][]int) {
	state := map[string]*modelFile{}
	for name, stamps := range there {
		f := &modelFile{reach: len(stamps)}
		for s, stamp := range stamps {
			f.sectors[s] = []value{{stamp: stamp, certain: true}}
		}
		state[name] = f
	}
	m.past, m.steps, m.sure = []map[string]*modelFile{state}, []int{0}, 0
}
