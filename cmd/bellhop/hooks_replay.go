package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
)

// replayOptions are the flags of hooks replay.
type replayOptions struct {
	since, until, hooks, hook string
	fail, all                 bool
}

// replayCommand runs hooks over events that were.
func replayCommand() *command {
	return &command{words: "hooks replay", about: "run hooks over past events, and show what they would have done otherwise", run: hooksReplay, flags: func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		o := &c.opt.replay
		f.StringVar(&o.since, "since", "7d", "from a `TIME` on: so long ago (7d, 12h), a date, or a date with a time of the hotel")
		f.StringVar(&o.until, "until", "", "up to a `TIME` (default: now)")
		f.StringVar(&o.hooks, "hooks", "", "the `FOLDER` of the hooks to try (default: that of the config)")
		f.StringVar(&o.hook, "hook", "", "only this `FILE`, such as minibar.lua")
		f.StringVar(&c.opt.room, "room", "", "only events of this `ROOM`")
		f.Uint64Var(&c.opt.limit, "limit", 100, "show at most so many; all are summed up")
		f.BoolVar(&o.all, "all", false, "show those that are the same, too")
		f.BoolVar(&o.fail, "fail-on-difference", false, "exit with 1 if something would be otherwise")
	}, more: `Nothing is carried out: no telephone rings, and nothing is kept or sent. Each hook
finds what it had read then; where that is not known any more it finds what is there
now, and the line is marked ~ (approximate): such lines are not counted as differences.`}
}

// past is where events and what was read come from.
type past interface {
	luahooks.Present
	hotel.History
	page(after uint64) (hotel.PastPage, error)
	since(time.Time) (uint64, error)
	// failed says why a record could not be had, if so.
	failed() error
}

func hooksReplay(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	from, until, err := c.replayTimes(time.Now())
	if err != nil {
		return err
	}
	set, err := c.hooksToReplay(cfg)
	if err != nil {
		return err
	}
	defer set.Close()
	source, end, err := c.openPast(cfg)
	if err != nil {
		return err
	}
	defer end()
	r := &replaying{call: c, source: source, currency: cfg.Hotel.Currency, from: from, until: until}
	r.replay = luahooks.Replay{Set: set, Zone: c.zone, Present: source, History: source, Seed: agent.Seed}
	if name := c.opt.replay.hook; name != "" {
		name = strings.TrimSuffix(name, ".lua") + ".lua"
		r.replay.Wanted = func(file string) bool { return file == name }
	}
	if err := r.run(); err != nil {
		return fmt.Errorf("%s: %w", c.command.words, err)
	}
	return r.end()
}

// hooksToReplay loads the hooks that are to be tried. One with a fault would
// look as if it did nothing.
func (c *call) hooksToReplay(cfg config.Config) (*luahooks.Set, error) {
	var dir fs.FS
	switch folderName := c.opt.replay.hooks; {
	case folderName == "":
		dir = hookFolder(cfg)
	default:
		if info, err := os.Stat(folderName); err != nil || !info.IsDir() {
			return nil, c.wrong("--hooks must be a folder, but it is %q", folderName)
		}
		dir = folder(folderName)
	}
	set, err := luahooks.Load(dir, agent.HookOptions(cfg))
	if err != nil {
		set.Close()
		return nil, fmt.Errorf("%s: load the hooks: %w", c.command.words, err)
	}
	return set, nil
}

// replayTimes reads the two flags.
func (c *call) replayTimes(now time.Time) (from, until time.Time, err error) {
	read := func(name, text string) time.Time {
		at, ok := pastTime(text, now, c.zone)
		if !ok && err == nil {
			err = c.wrong(`--%s must be such as 7d, 12h, 2026-11-20 or "2026-11-20 06:00", but it is %q`, name, text)
		}
		return at
	}
	from, until = read("since", c.opt.replay.since), now
	if c.opt.replay.until != "" {
		until = read("until", c.opt.replay.until)
	}
	return from, until, err
}

// pastTime reads a time: so long ago, or a date of the hotel, with or without an hour.
func pastTime(text string, now time.Time, zone *time.Location) (at time.Time, ok bool) {
	if days, found := strings.CutSuffix(text, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		return now.AddDate(0, 0, -int(n)), err == nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), ago >= 0
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return at, false
}

// openPast asks the agent, or reads the store when none runs.
func (c *call) openPast(cfg config.Config) (source past, end func(), err error) {
	client := api.NewClient(cfg.API.Socket)
	_, err = client.Now(c.ctx, "")
	switch {
	case err == nil:
		return &askedPast{ctx: c.ctx, client: client}, func() {}, nil
	case !errors.Is(err, api.ErrNotRunning):
		return nil, nil, fmt.Errorf("%s: %w", c.command.words, err)
	}
	s, err := c.openStore()
	if err != nil {
		return nil, nil, err
	}
	return &storedPast{s}, func() { _ = s.Close() }, nil
}

// replaying is one replay.
type replaying struct {
	*call
	source      past
	replay      luahooks.Replay
	currency    string
	from, until time.Time
	shown       []luahooks.Replayed
	left        int // beyond the limit
	sum         luahooks.ReplaySum
}

// pastEvents is how many events are asked for at once.
const pastEvents = 200

func (r *replaying) run() error {
	after, err := r.source.since(r.from)
	if err != nil {
		return err
	}
	watched := onTerminal(r.err)
	for more := true; more; {
		page, err := r.source.page(after)
		if err != nil {
			return err
		}
		all, err := r.replay.Page(r.ctx, &page, r.wanted)
		if err = errors.Join(err, r.source.failed()); err != nil {
			return err
		}
		for i := range all {
			r.take(&all[i])
		}
		after, more = page.UpTo, page.More
		if watched {
			fmt.Fprintf(r.err, "\r\x1b[K%d events, %d would be otherwise", r.sum.Events, r.sum.Differences())
		}
	}
	if watched {
		fmt.Fprint(r.err, "\r\x1b[K")
	}
	return nil
}

// wanted counts the events that take part.
func (r *replaying) wanted(e *hotel.PastEvent) bool {
	ev := &e.Event
	if ev.Time.Before(r.from) || ev.Time.After(r.until) || r.opt.room != "" && ev.Room != r.opt.room && !slices.Contains(ev.Lanes, r.opt.room) {
		return false
	}
	r.sum.Events++
	return true
}

func (r *replaying) take(one *luahooks.Replayed) {
	r.sum.Add(one)
	if one.State == luahooks.ReplaySame && !r.opt.replay.all {
		return
	}
	if uint64(len(r.shown)) >= r.opt.limit {
		r.left++
		return
	}
	r.shown = append(r.shown, *one)
}

// end prints what came of it.
func (r *replaying) end() error {
	if r.json {
		for i := range r.shown {
			if err := showOne(r.call, r.shown[i]); err != nil {
				return err
			}
		}
		if err := showOne(r.call, map[string]any{"sum": r.sum}); err != nil {
			return err
		}
	} else if err := r.print(); err != nil {
		return err
	}
	if n := r.sum.Differences(); n > 0 && r.opt.replay.fail {
		return fmt.Errorf("%s: %s would be otherwise", r.command.words, counted(n, "run"))
	}
	return nil
}

func (r *replaying) print() error {
	if len(r.shown) > 0 {
		if err := show(r.call, r.shown, "EVENT TIME ROOM HOOK STATE WAS WOULD", r.row); err != nil {
			return err
		}
	}
	if r.left > 0 {
		fmt.Fprintf(r.out, "… and %d more (--limit)\n", r.left)
	}
	for _, line := range r.summary() {
		if _, err := fmt.Fprintln(r.out, line); err != nil {
			return err
		}
	}
	return nil
}

func (r *replaying) row(one luahooks.Replayed) []any {
	state := string(one.State)
	if one.Approximate {
		state = "~" + state
	}
	was, would := r.effects(one.Was), r.effects(one.Would)
	if one.Failed != "" {
		was = "failed: " + one.Failed
	}
	if one.Error != "" {
		would = "failed: " + one.Error
	}
	if one.Approximate && one.State != luahooks.ReplaySame {
		would = strings.TrimPrefix(would+" (not known: "+strings.Join(one.Missed, ", ")+")", " ")
	}
	return []any{one.Event, r.at(one.Time), one.Room, one.File, state, brief(was, 50), brief(would, 70)}
}

// effects says what was wanted in a few words.
func (r *replaying) effects(all []hotel.Effect) string {
	var words []string
	for _, e := range all {
		switch {
		case e.Post != nil:
			what := cmp.Or(e.Post.Description, e.Post.Item, e.Post.Kind)
			words = append(words, fmt.Sprintf("%s %s", hotel.FormatAmount(e.Post.Amount, r.currency), what))
		case e.Alert != nil:
			words = append(words, "alert: "+e.Alert.Params["text"])
		case e.Status != nil:
			words = append(words, e.Status.Room+" "+string(e.Status.Status))
		case e.KV != nil:
			words = append(words, "kv "+e.KV.Key)
		default:
			words = append(words, luahooks.KindOf(e))
		}
	}
	return strings.Join(words, "; ")
}

// summary says what the replay comes to.
func (r *replaying) summary() (lines []string) {
	s := &r.sum
	lines = append(lines, fmt.Sprintf("%s, %s of a hook file: %d the same", counted(s.Events, "event"), counted(s.Runs, "run"), s.Same))
	for _, part := range []struct {
		n    int
		what string
	}{{s.Changed, "changed"}, {s.New, "new"}, {s.Gone, "gone"}, {s.Failed, "failed"}, {s.Approximate, "approximate"}} {
		if part.n > 0 {
			lines[0] += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Effects)) {
		if n := s.Effects[kind]; kind != "post" {
			lines = append(lines, fmt.Sprintf("%s: %d changed, %d new, %d gone", kind, n.Changed, n.New, n.Gone))
		}
	}
	if posts := s.Effects["post"]; posts.All() > 0 {
		lines = append(lines, fmt.Sprintf("%s would change (%d new, %d gone), total %s", counted(posts.All(), "posting"), posts.New, posts.Gone, r.signed(s.Total())))
	}
	if s.About != 0 {
		lines = append(lines, fmt.Sprintf("and about %s where what was read is not known any more", r.signed(s.About)))
	}
	if s.Differences() == 0 {
		lines = append(lines, "no difference")
	}
	return lines
}

// signed is an amount by which something changes.
func (r *replaying) signed(amount int64) string {
	sign := map[bool]string{true: "+", false: ""}[amount > 0]
	if amount < 0 {
		sign, amount = "−", -amount
	}
	return sign + hotel.FormatAmount(amount, r.currency) + " " + r.currency
}

// counted is a number of things.
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// storedPast is the store of an agent that does not run.
type storedPast struct{ pastStore }

// pastStore is what it takes of the store.
type pastStore interface {
	luahooks.Present
	hotel.History
	Past(after uint64, most int) (hotel.PastPage, error)
	FirstSince(at time.Time) (uint64, error)
}

func (s *storedPast) page(after uint64) (hotel.PastPage, error) { return s.Past(after, pastEvents) }
func (s *storedPast) since(at time.Time) (uint64, error)        { return s.FirstSince(at) }
func (s *storedPast) failed() error                             { return nil }

// askedPast is a running agent. What it has told of the present stays as it was,
// so that the whole replay finds the same.
type askedPast struct {
	ctx    context.Context
	client *api.Client
	known  map[string][]hotel.Record // by key, or by prefix behind a blank
	err    error
}

func (a *askedPast) page(after uint64) (hotel.PastPage, error) {
	return a.client.Past(a.ctx, after, pastEvents)
}
func (a *askedPast) since(at time.Time) (uint64, error) { return a.client.PastSince(a.ctx, at) }
func (a *askedPast) failed() error                      { return a.err }

// maxAsked bounds what is remembered of the present.
const maxAsked = 20_000

func (a *askedPast) remember(name string, ask func() ([]hotel.Record, error)) []hotel.Record {
	if all, there := a.known[name]; there {
		return all
	}
	all, err := ask()
	if err != nil && a.err == nil {
		a.err = err
	}
	if a.known == nil || len(a.known) >= maxAsked {
		a.known = map[string][]hotel.Record{}
	}
	a.known[name] = all
	return all
}

// Record implements [luahooks.Present].
func (a *askedPast) Record(key string) (hotel.Record, bool) {
	all := a.remember(key, func() ([]hotel.Record, error) { return a.client.Now(a.ctx, key) })
	if len(all) == 0 {
		return hotel.Record{}, false
	}
	return all[0], true
}

// Records implements [luahooks.Present].
func (a *askedPast) Records(prefix string) []hotel.Record {
	return a.remember(" "+prefix, func() ([]hotel.Record, error) { return a.client.NowBelow(a.ctx, prefix) })
}

// maxAskedHistory is how many records a running agent is asked for: it tells of a
// room's, and what else is wanted is looked for among them.
const maxAskedHistory = 1000

// RecentPostings implements [hotel.History].
func (a *askedPast) RecentPostings(q hotel.HistoryQuery) ([]hotel.Posting, bool, error) {
	ask := url.Values{"room": {q.Room}, "stay": {q.Stay}, "limit": {strconv.Itoa(maxAskedHistory)}}
	return askHistory(a, "/v1/postings?"+ask.Encode(), q, q.TakesPosting)
}

// RecentCalls implements [hotel.History].
func (a *askedPast) RecentCalls(q hotel.HistoryQuery) ([]hotel.CallRecord, bool, error) {
	ask := url.Values{"room": {q.Room}, "limit": {strconv.Itoa(maxAskedHistory)}}
	return askHistory(a, "/v1/calls?"+ask.Encode(), q, q.TakesCall)
}

func askHistory[T any](a *askedPast, path string, q hotel.HistoryQuery, takes func(*T) bool) (list []T, more bool, err error) {
	var all []T
	if err := a.client.Get(a.ctx, path, &all); err != nil {
		return nil, false, err
	}
	for i := range all {
		if !takes(&all[i]) {
			continue
		}
		if len(list) == q.Most {
			return list, true, nil
		}
		list = append(list, all[i])
	}
	return list, len(all) == maxAskedHistory, nil
}
