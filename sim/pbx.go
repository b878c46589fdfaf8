package sim

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// PBXOptions describe a simulated Yeastar S-series. The zero value of each is
// good, but for the password.
type PBXOptions struct {
	User     string // of the API; empty: "api"
	Password string // of the API, in clear
	Serial   string // empty: the one of the manual's examples
	// Zone is the PBX's own time zone; nil: UTC.
	Zone *time.Location
	// TLS serves HTTPS with a certificate made at the start; see
	// [PBX.Fingerprint].
	TLS bool
	// Resend is the pause before a report that was not answered with 200 is
	// sent again; 0: 5 seconds (assumed: the manual gives no number).
	Resend time.Duration
	// Queue is how many reports may wait for the agent; 0: 10,000 (assumed).
	Queue int
	// Width is how many reports may be on their way at once; 0: 1, so that
	// they arrive in order.
	Width int
	// Now is the clock of tokens, locks and the device; nil: the system's.
	Now func() time.Time
	// TCP delivers reports over the event stream, see [PBX.ServeStream], and
	// not by pushing them; [PBX.UseTCP] changes it.
	TCP bool
	// Dial reaches the agent; nil: over the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Seed decides all that happens by chance: how telephones behave and which
	// faults strike. The same seed and the same requests give the same run.
	Seed uint64
	// Watch is told what becomes of each report; nil: nobody is. It is called
	// while the PBX is busy with it, so it must not ask anything of the PBX.
	Watch func(Fate, Told)
	// Witness sees the calls that reach extensions, and each change of one.
	Witness Witness
	// Extensions is how many there are at the start, from 1001 on.
	Extensions int
	// FileUser and FilePassword are those of FTP and SFTP; empty: "support",
	// and the API's password.
	FileUser, FilePassword string
	// HostKeys are those of SFTP; none: an Ed25519 key made at the start.
	HostKeys []crypto.Signer
	// Disk is how many bytes its files may hold together; 0: 32 MiB.
	Disk int64
}

// The default serial number is the one in the manual's examples.
const (
	defaultUser   = "api"
	defaultSerial = "369451090405"
	defaultFiler  = "support"
	defaultResend = 5 * time.Second
	defaultQueue  = 10_000
	apiTimeout    = 10 * time.Second
)

// ErrQueueFull says that too many reports wait for the agent already.
var ErrQueueFull = errors.New("too many reports wait for the agent")

// PBX is a simulated telephone system. Its methods may be called side by side.
type PBX struct {
	o    PBXOptions
	cert *tls.Certificate // nil: plain HTTP
	boot time.Time

	mu      sync.Mutex
	down    bool
	up      context.Context // ends when the PBX is switched away
	endUp   context.CancelFunc
	door    door
	tokens  tokens
	reg     Registration
	regOf   string // the token that registered; empty: nobody is registered
	waiting [][]byte
	sending int // reports taken out of waiting and not yet answered
	lose    int
	tcp     bool // the report method of the PBX's web page
	manner  StreamManner
	streams map[*stream]bool // that are logged in
	stats   PBXStats
	clock   *movedClock
	agenda  agenda
	hotel   hotel
	trouble trouble

	disk     *fileTree
	dialplan loadedDialplan
	hostKeys []ssh.Signer
	fileDoor door // of FTP and SFTP
	lines    map[*fileLine]bool

	changed chan struct{} // closed and renewed with each change that wakes
}

// PBXStats counts what a PBX has done since its start.
type PBXStats struct {
	Dropped    int // reports of its own that were lost before they were sent
	Logins     int // answered with a token
	Refused    int // logins that were refused, locked addresses included
	Locks      int // addresses that were locked after wrong passwords
	Heartbeats int // answered with success
	Attempts   int // pushes that reached the agent's port
	Delivered  int // reports answered with 200, or written to a stream whole
	Streams    int // logins at the event stream that were taken
	Lost       int // reports for which there was no stream, or that went with one

	FileLogins   int // taken over FTP and SFTP
	FilesRefused int // logins over FTP and SFTP that were refused, locked addresses included
}

// NewPBX makes a PBX; it begins with [PBX.Serve]. An error comes only of
// making its certificate and host key, of host keys that SSH does not know,
// and of a disk too small for the files that are on it from the factory.
func NewPBX(o PBXOptions) (*PBX, error) {
	o.User = orElse(o.User, defaultUser)
	o.Serial = orElse(o.Serial, defaultSerial)
	o.Resend = orElse(o.Resend, defaultResend)
	o.Queue = orElse(o.Queue, defaultQueue)
	o.Width = orElse(o.Width, 1)
	o.FileUser = orElse(o.FileUser, defaultFiler)
	o.FilePassword = orElse(o.FilePassword, o.Password)
	o.Disk = orElse(o.Disk, defaultDisk)
	o.Zone = orElse(o.Zone, time.UTC)
	if o.Now == nil {
		o.Now = time.Now
	}
	clock := &movedClock{from: o.Now}
	o.Now = clock.now
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: apiTimeout}).DialContext
	}
	p := &PBX{
		o: o, boot: o.Now(), changed: make(chan struct{}), tcp: o.TCP,
		streams: map[*stream]bool{}, lines: map[*fileLine]bool{},
	}
	p.up, p.endUp = context.WithCancel(context.Background())
	p.clock, p.hotel, p.trouble = clock, newHotel(o), newTrouble(o.Seed)
	if o.TLS {
		cert, err := selfSigned()
		if err != nil {
			return nil, fmt.Errorf("simulated pbx: make certificate: %w", err)
		}
		p.cert = cert
	}
	var err error
	if p.disk, err = newDisk(o); err != nil {
		return nil, fmt.Errorf("simulated pbx: fill its disk: %w", err)
	}
	if p.hostKeys, err = signers(o.HostKeys); err != nil {
		return nil, fmt.Errorf("simulated pbx: host key: %w", err)
	}
	p.load(0)
	return p, nil
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Fingerprint is the SHA-256 of the certificate, for pinning; zero without TLS.
func (p *PBX) Fingerprint() (sum [sha256.Size]byte) {
	if p.cert != nil {
		sum = sha256.Sum256(p.cert.Certificate[0])
	}
	return sum
}

// Serial is the serial number that goes with every report.
func (p *PBX) Serial() string { return p.o.Serial }

// Serve answers the API on ln and sends reports until ctx ends; then it closes
// ln, waits for all that it began and returns nil. It may be called once.
func (p *PBX) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	for range p.o.Width {
		running.Go(func() { p.sendReports(ctx) })
	}
	running.Go(func() { p.keepTime(ctx) })
	server := &http.Server{
		Handler: http.HandlerFunc(p.serveAPI), ErrorLog: log.New(io.Discard, "", 0),
		ReadTimeout: apiTimeout, WriteTimeout: apiTimeout, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(p.secure(&fickle{Listener: ln, away: p.isDown}))
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("simulated pbx: serve: %w", err)
}

// secure puts TLS before a listener. The PBX offers TLS 1.2 and nothing else
// at its default security level.
func (p *PBX) secure(ln net.Listener) net.Listener {
	if p.cert == nil {
		return ln
	}
	return tls.NewListener(ln, &tls.Config{
		Certificates: []tls.Certificate{*p.cert}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
	})
}

// fickle closes what comes in while its owner is away.
type fickle struct {
	net.Listener
	away func() bool
}

func (f *fickle) Accept() (net.Conn, error) {
	for {
		conn, err := f.Listener.Accept()
		if err != nil || !f.away() {
			return conn, err
		}
		_ = conn.Close()
	}
}

// SetDown switches the PBX away, as if its cable was pulled, or back. While it
// is away calls are cut off unanswered and no report goes out; one that is on
// its way is cut off and sent again later. Tokens live on. Streams are cut off,
// and what they have not sent is lost; so are FTP and SFTP.
func (p *PBX) SetDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down == down {
		return
	}
	p.down = down
	if down {
		p.endUp()
		p.cutStreams()
		p.cutLines()
	} else {
		p.up, p.endUp = context.WithCancel(context.Background())
	}
	p.wake()
}

func (p *PBX) isDown() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.down
}

// Stats gives the counts so far.
func (p *PBX) Stats() PBXStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// wake lets all who wait look again. The caller holds mu.
func (p *PBX) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}
