// Package agent runs it all. The way of an event, in the order of the files:
//
//	ingest.go    a report comes in, its room is found, it is kept on disk
//	dispatch.go  the kept event waits for its turn in the lanes of its rooms
//	units.go     the hotel's own rules run, then each hook; the writer commits
//	             what they want together with the mark that they are done
//	outbox.go    what is to be done outside waits in lanes
//	deliver.go   … is attempted, and what came of it is committed
//
// What came of a call may be an event again, which begins at dispatch.go. A
// cron tick (cron.go) and a person's order ([Agent.Do]) enter like a report.
package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/backup"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
	"bellhop/pbx"
	"bellhop/pms"
	"bellhop/site"
	"bellhop/store"
)

// Options say what an agent is made of.
type Options struct {
	Config config.Config
	Driver pbx.Driver // nil: no PBX is connected
	Link   pms.Link   // nil: no PMS is connected
	Hooks  fs.FS      // the hotel's own hooks; nil: only the shipped ones
	Log    *slog.Logger
	Now    func() time.Time // time.Now when nil
	Synced func() bool      // something keeps the clock right; as the kernel says when nil
	Mail   *MailServer      // nil: no mail can be sent
	// Verify compares the PBX's files with what was installed; nil: nothing is
	// looked at.
	Verify func(context.Context) (site.Installed, error)
	// Door says how the API is reached over TCP; nil: it is not.
	Door func() site.Door
	// Due names the files of the config that are not what was installed; nil:
	// nothing is installed from here.
	Due func() ([]string, error)
	// Backups gives what makes those that leave the box; nil, or giving nil: none do.
	Backups func() (*backup.Maker, error)
	Version string  // of this program
	Trial   *Trial  // nil: this version has been through it
	Notice  *Notice // nil: there is none
	// Simulated are the addresses at which simulated far sides listen in this
	// program: a demo's, which are no ports of the agent.
	Simulated []string
}

// Agent is a running Bellhop. Make it with [New], run it with [Agent.Run].
type Agent struct {
	config    config.Config
	log       *slog.Logger
	now       func() time.Time
	zone      *time.Location
	services  hotel.Services
	emergency hotel.Emergency
	credit    hotel.CreditSetup
	driver    pbx.Driver
	link      pms.Link
	client    *http.Client

	store      *store.Store
	running    *running
	hooks      *hookHouse
	dispatcher *dispatcher
	units      *units
	outbox     *outbox
	cron       *cronLoop
	history    *history
	mail       *mailSender  // nil: no mail can be sent
	phones     *phoneWriter // nil: the PBX cannot be told anything about telephones
	caller     *caller      // nil: the PBX cannot be told to place calls
	wakeups    *wakeLoop
	backups    *backups
	clock      *clock
	pbx        atomic.Pointer[pbx.Identity]

	kept, refused atomic.Uint64
	told          map[string]bool // outages that an alert was raised for; upkeep's own
	looks         map[string]bool // stays for whose rooms an alert was raised that nobody looks through; upkeep's own
	forgot        time.Time       // when names of guests were last seen to; tidy's own
	verify        func(context.Context) (site.Installed, error)
	door          func() site.Door
	simulated     []string
	seen          seenToday
	look          atomic.Pointer[site.LastLook] // at the PBX's files; nil: there was none
	doctoring     chan struct{}                 // one at a time
	boxLook       *BoxLook
	due           func() ([]string, error)
	version       string
	trial         *Trial
	held          atomic.Pointer[string] // why nothing is kept yet; nil: it is
	notice        *Notice
	stopping      chan struct{}
	started       time.Time
}

// New opens the store and loads the hooks. Close it when Run is not reached.
func New(opts Options) (*Agent, error) {
	a := &Agent{
		config: opts.Config, log: opts.Log, now: opts.Now, driver: opts.Driver, link: opts.Link,
		client: newHTTPClient(), stopping: make(chan struct{}),
		told: map[string]bool{}, verify: opts.Verify, due: opts.Due, doctoring: make(chan struct{}, 1), boxLook: NewBoxLook(), door: opts.Door, simulated: opts.Simulated,
		version: opts.Version, trial: opts.Trial, notice: opts.Notice,
	}
	if a.door == nil {
		a.door = func() site.Door { return site.Door{} }
	}
	if a.trial != nil {
		why := "on trial"
		a.held.Store(&why)
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.hooks = newHookHouse(opts.Hooks, opts.Config, a.now)
	a.started = a.now()
	a.services = site.Codes(opts.Config.Services)
	a.emergency = site.Emergency(opts.Config)
	var err error
	if a.zone, err = time.LoadLocation(opts.Config.Hotel.Timezone); err != nil {
		return nil, fmt.Errorf("hotel.timezone: %w", err)
	}
	a.mail = a.newMailSender(opts.Mail)
	// Both take a while on a small computer, and neither needs the other.
	hooks := make(chan struct{})
	go func() { a.loadHooks(); close(hooks) }()
	a.backups = a.newBackups(opts.Backups)
	opened := a.openStore(opts.Synced)
	<-hooks
	if opened != nil {
		a.hooks.close()
		return nil, opened
	}
	a.cron, a.history = a.newCron(), newHistory(a)
	a.wakeups = a.newWakeLoop()
	return a, nil
}

func (a *Agent) hookOptions() luahooks.Options {
	opts := HookOptions(a.config)
	opts.Get, opts.Examples = httpGet(a.client), HookExamples(a.config, a.zone)
	return opts
}

func (a *Agent) openStore(synced func() bool) (err error) {
	// A PMS that is configured and cannot be spoken with yet is told later.
	setup := hotel.Setup{PMS: a.link != nil || a.config.PMS.Link != "none", Currency: a.config.Hotel.Currency, Zone: a.zone}
	setup.Sweep = hotel.SweepGuards{CheckOut: a.config.Checkout.Sweep, Rooms: a.config.Checkout.SweepRooms, Percent: a.config.Checkout.SweepPercent}
	setup.Mail, setup.MailAlerts = a.config.Mail.Host != "", hotel.MailAlerts(a.config.Mail.Alerts)
	setup.SMS = a.smsSetup()
	if a.phones = a.newPhoneWriter(); a.phones != nil {
		setup.Phones, setup.Vacate = true, a.config.Checkout.Phones != config.CheckoutLeave
		setup.Classes = a.classes()
		setup.Incognito = a.config.Checkin.Incognito
		setup.Voicemail, setup.VoicemailVIP = a.config.Checkin.Voicemail, a.config.Checkin.VoicemailVIP
	}
	setup.Wake = a.wakeSetup()
	if a.phones != nil {
		a.phones.wake = setup.Wake
	}
	a.caller = a.newCaller()
	setup.LookThrough = a.config.Checkout.LookThrough
	setup.Taxes = Taxes(a.config.Tax)
	setup.MinibarDoubt, setup.Language = a.config.Minibar.DoubtTime(), a.config.Hotel.Language
	if setup.Tariff, err = site.Tariff(a.config); err != nil {
		return err
	}
	if setup.Credit, err = site.Credit(a.config); err != nil {
		return err
	}
	a.credit = setup.Credit
	a.units = &units{hooks: a.hooks, zone: a.zone, now: a.now, report: a.storeFailed}
	a.dispatcher = newDispatcher(a.units.run)
	a.outbox = newOutbox(a.now, a.senderOf, a.storeFailed)
	a.clock = newClock(a.now)
	if synced != nil {
		a.clock.synced = synced
	}
	a.store, err = store.Open(store.Options{
		Path:     a.config.Store.Path,
		Held:     a.trial != nil,
		Now:      a.now,
		Believed: func() bool { return a.clock.ok() },
		Apply: func(tx hotel.Tx, ev *hotel.Event, unit string, effects []hotel.Effect) error {
			return hotel.Apply(tx, ev, unit, effects, setup)
		},
		Watch: store.Watch{Appended: a.dispatcher.appended, Queued: a.outbox.queued, Ended: a.outbox.ended},
	})
	if err != nil {
		return err
	}
	a.units.store, a.outbox.store, a.dispatcher.source, a.backups.store = a.store, a.store, a.store, a.store
	a.running, err = openRunning(filepath.Join(filepath.Dir(a.config.Store.Path), "running"), max(2, a.config.Hooks.VMs))
	if err != nil {
		return errors.Join(err, a.store.Close())
	}
	a.units.running = a.running
	a.clock.lastTime = func() time.Time { return a.store.Status().LastTime }
	a.outbox.clockOK = a.clock.ok
	return nil
}

// Run works until ctx ends, then finishes what is under way and closes the
// store. That the PBX, the PMS or the network is away ends nothing.
func (a *Agent) Run(ctx context.Context) error {
	defer a.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	if a.trial != nil {
		a.connect(ctx, &group)
	}
	err := a.stand(ctx)
	if err == nil {
		err = a.work(ctx, &group)
	}
	cancel()
	close(a.stopping)
	group.Wait()
	a.outbox.wait()
	return err
}

// connect begins to speak with the PBX.
func (a *Agent) connect(ctx context.Context, group *sync.WaitGroup) {
	if a.driver == nil {
		return
	}
	group.Go(func() { a.identify(ctx) })
	group.Go(func() {
		if err := a.driver.Run(ctx, a.keep); err != nil {
			a.log.Error("the connection to the PBX ended", "error", err)
		}
	})
}

// work is all that an agent does, until ctx ends; but for what [Agent.connect]
// does it begins here.
func (a *Agent) work(ctx context.Context, group *sync.WaitGroup) error {
	if ctx.Err() != nil {
		return nil // its trial was broken off
	}
	if err := a.outbox.start(ctx); err != nil {
		return fmt.Errorf("read the outbox: %w", err)
	}
	a.store.Admit()
	group.Go(func() { a.dispatcher.loop(ctx, a.storeFailed) })
	group.Go(func() { a.cron.run(ctx) })
	group.Go(func() { a.wakeups.run(ctx) })
	group.Go(func() { a.upkeep(ctx) })
	group.Go(func() { a.backups.serve(ctx) })
	group.Go(func() { a.tidy(ctx) })
	group.Go(func() { a.watchHooks(ctx) })
	if a.verify != nil {
		group.Go(func() { a.nights(ctx, a.verify) })
	}
	if a.driver != nil {
		group.Go(func() { a.history.run(ctx) })
	}
	if a.trial == nil {
		a.connect(ctx, group)
	}
	dieWhenTrusted()
	a.tellOfStart(ctx)
	<-ctx.Done()
	return nil
}

// Close closes the store and the hooks.
func (a *Agent) Close() error {
	a.hooks.close()
	return errors.Join(a.running.close(), a.store.Close())
}

// tellOfStart raises alerts for what a start has found.
func (a *Agent) tellOfStart(ctx context.Context) {
	a.tellOfHooks(ctx)
	a.tellNotice(ctx)
	if a.store.Damaged == "" {
		return
	}
	a.log.Error("the database was damaged and replaced", "aside", a.store.Damaged, "salvaged", a.store.Salvaged)
	a.tell(ctx, hotel.AlertDatabase, map[string]string{
		"file": filepath.Base(a.store.Damaged), "salvaged": fmt.Sprint(a.store.Salvaged),
	})
}

// tell raises an alert of the agent's own.
func (a *Agent) tell(ctx context.Context, code string, params map[string]string) {
	params["code"] = code
	ev := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReport, Source: hotel.SourceAgent, Room: params["room"], Fields: params}
	if _, err := a.store.Append(ctx, ev, nil); err != nil && ctx.Err() == nil {
		a.log.Error("an alert could not be kept", "code", code, "error", err)
	}
}

// storeFailed is told when something could not be committed.
func (a *Agent) storeFailed(err error) {
	a.log.Error("the store refuses; trying on", "error", err)
}
