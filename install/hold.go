package install

import "time"

// maxIdle is how long a login that nobody uses is held. Servers end idle ones
// after a few minutes, and routers forget them without a word.
const maxIdle = time.Minute

// Hold lets the plans and applies that follow share one login, until release
// is called: an apply goes on where its plan has looked, without a second
// handshake and password. One that was idle for a minute, or with which
// something went wrong, is ended, and the next command logs in anew. While a
// login is held, the installer's commands follow one another. release may take a
// moment to say goodbye, and may be called again.
func (i *Installer) Hold() (release func()) {
	i.holds = true
	return func() {
		i.holds = false
		i.giveUp()
	}
}

// idle is a login between two commands.
type idle struct {
	session session
	since   time.Time
}

// take gives the login that is held, if it is still good.
func (i *Installer) take() session {
	if i.idle.session == nil || i.now().Sub(i.idle.since) > maxIdle {
		i.giveUp()
		return nil
	}
	s := i.idle.session
	i.idle = idle{}
	return s
}

// leave ends a command's use of its line. err is the command's.
func (i *Installer) leave(l *line, err error) {
	if !i.holds || err != nil || l.session == nil {
		l.close()
		return
	}
	i.idle = idle{l.session, i.now()}
	l.session = nil
}

func (i *Installer) giveUp() {
	if i.idle.session != nil {
		_ = i.idle.session.close()
	}
	i.idle = idle{}
}
