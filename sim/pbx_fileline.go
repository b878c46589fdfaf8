package sim

import (
	"context"
	"crypto/subtle"
	"net"
	"net/netip"
	"time"
)

const (
	maxLines     = 32 // connections to FTP and SFTP at once, assumed
	lineIdle     = 5 * time.Minute
	maxFileTries = 3 // wrong passwords on one connection, assumed
)

// idling is a connection that ends when nothing comes over it, or nothing can
// be sent, for a while.
type idling struct{ net.Conn }

func (c idling) Read(b []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(lineIdle))
	return c.Conn.Read(b)
}

func (c idling) Write(b []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(apiTimeout))
	return c.Conn.Write(b)
}

// fileLine is a connection to FTP or SFTP.
type fileLine struct {
	idling
	ctx  context.Context // ends with the line
	end  context.CancelFunc
	from netip.Addr
}

// cut breaks the line off: when it returns, nothing more goes out.
func (l *fileLine) cut() {
	_ = l.Close()
	l.end()
}

// openLine judges who connects; nil: he is hung up on without a word, as by a
// firewall, because his address is locked, or because too many are there. Both
// are assumed. What is opened must be closed by closeLine.
func (p *PBX) openLine(ctx context.Context, conn net.Conn) *fileLine {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return nil
	}
	l := &fileLine{idling: idling{conn}, from: at.Addr().Unmap().WithZone("")}
	l.ctx, l.end = context.WithCancel(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	locked := p.doorOfFiles().locked(l.from, p.o.Now()) || p.trouble.strikes(FaultFileLocked)
	if locked {
		p.stats.FilesRefused++
	}
	if locked || p.down || len(p.lines) >= maxLines {
		l.cut()
		return nil
	}
	p.lines[l] = true
	return l
}

// closeLine gives the place free before it hangs up: who sees the end may
// connect again.
func (p *PBX) closeLine(l *fileLine) {
	p.mu.Lock()
	delete(p.lines, l)
	p.mu.Unlock()
	l.cut()
}

// cutLines breaks off every line. The caller holds mu.
func (p *PBX) cutLines() {
	for l := range p.lines {
		l.cut()
	}
}

// doorOfFiles counts wrong passwords. The caller holds mu.
func (p *PBX) doorOfFiles() *door {
	if p.hotel.limits.OneLock {
		return &p.door
	}
	return &p.fileDoor
}

// admitFiler judges a login over FTP or SFTP. Five wrong passwords in a row
// lock the address for ten minutes, as at the API (assumed).
func (p *PBX) admitFiler(l *fileLine, user, password string) bool {
	right := subtle.ConstantTimeCompare([]byte(password), []byte(p.o.FilePassword)) == 1 && user == p.o.FileUser
	p.mu.Lock()
	defer p.mu.Unlock()
	d, now := p.doorOfFiles(), p.o.Now()
	switch {
	case d.locked(l.from, now):
		p.stats.FilesRefused++
		return false
	case !right:
		d.wrong(l.from, now)
		p.stats.FilesRefused++
		return false
	}
	delete(*d, l.from)
	p.stats.FileLogins++
	return true
}
