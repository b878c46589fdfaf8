package sim

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

const maxSessions = 4 // of one SSH connection at once

// ServeSFTP answers SFTP on ln until ctx ends; then it closes ln, hangs up,
// waits for all that it began and returns nil. There is no shell and no other
// service of SSH, and one logs in with a password. That a PBX offers SFTP is
// known of its SSH; that it is version 3 as of OpenSSH is assumed.
func (p *PBX) ServeSFTP(ctx context.Context, ln net.Listener) error {
	return p.serveConns(ctx, ln, "SFTP", p.serveSFTP)
}

var errLogin = errors.New("login incorrect")

func (p *PBX) serveSFTP(ctx context.Context, conn net.Conn) {
	line := p.openLine(ctx, conn)
	if line == nil {
		return
	}
	defer p.closeLine(line)
	shake := time.AfterFunc(loginTimeout, line.cut) // for all of it, however slowly it drips
	server, channels, requests, err := ssh.NewServerConn(line, p.sshConfig(line))
	if !shake.Stop() || err != nil {
		return
	}
	defer server.Close()
	var running sync.WaitGroup
	defer running.Wait()
	defer line.cut()
	running.Go(func() { ssh.DiscardRequests(requests) })
	places := make(chan struct{}, maxSessions)
	v := &visitor{p: p, line: line}
	for asked := range channels {
		if asked.ChannelType() != "session" {
			_ = asked.Reject(ssh.UnknownChannelType, "only sessions are there")
			continue
		}
		select {
		case places <- struct{}{}:
		default:
			_ = asked.Reject(ssh.ResourceShortage, "too many sessions")
			continue
		}
		running.Go(func() {
			defer func() { <-places }()
			v.serveSession(asked)
		})
	}
}

func (p *PBX) sshConfig(line *fileLine) *ssh.ServerConfig {
	config := &ssh.ServerConfig{
		ServerVersion: "SSH-2.0-PBX", MaxAuthTries: maxFileTries,
		PasswordCallback: func(who ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if !p.admitFiler(line, who.User(), string(password)) {
				return nil, errLogin
			}
			return nil, nil
		},
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range p.hostKeys {
		config.AddHostKey(key)
	}
	return config
}

// serveSession lets a session ask for SFTP, once, and for nothing else.
func (v *visitor) serveSession(asked ssh.NewChannel) {
	channel, requests, err := asked.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	var running sync.WaitGroup
	defer running.Wait()
	begun := false
	for r := range requests {
		wanted := !begun && r.Type == "subsystem" && string(r.Payload) == "\x00\x00\x00\x04sftp"
		if r.WantReply {
			_ = r.Reply(wanted, nil)
		}
		if wanted {
			begun = true
			running.Go(func() { v.serveFiles(channel) })
		}
	}
}

// serveFiles answers until the client closes the channel or the line is cut.
func (v *visitor) serveFiles(channel ssh.Channel) {
	hand := sftpHand{v: v, noPosixRename: v.p.strikes(FaultNoPosixRename)}
	server := sftp.NewRequestServer(channel, sftp.Handlers{FileGet: hand, FilePut: hand, FileCmd: hand, FileList: hand})
	status := byte(0)
	if err := server.Serve(); err != nil && !errors.Is(err, io.EOF) {
		status = 1
	}
	// A client such as OpenSSH's waits for it.
	_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, status})
	_ = server.Close()
}
