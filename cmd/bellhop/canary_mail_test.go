package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/sim"
)

// canaryMail is the password at the mail server.
const canaryMail = "CANARY-mail-password-8127"

// mailHouse is a mail server that says back what it is told of a login, and how
// it serves until ctx ends.
func (c *canary) mailHouse(cfg config.Config) (m *agent.MailServer, serve func(context.Context)) {
	c.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c.must(err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(100, 0, 0)}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	c.must(err)
	m, err = openMail(cfg)
	c.must(err)
	ln, sum := sim.NewCable(), sha256.Sum256(raw)
	m.Pin, m.Dial = hex.EncodeToString(sum[:]), ln.Dial
	side := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	return m, func(ctx context.Context) {
		defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
		for n := 0; ; n++ {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			echoMail(tls.Server(conn, side), n)
		}
	}
}

func echoMail(conn net.Conn, which int) {
	defer conn.Close()
	text := textproto.NewConn(conn)
	_ = text.PrintfLine("220 mail")
	ways := []string{"PLAIN", "LOGIN"}
	codes := []string{"535", "454", "334", "501", "235"}
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		reply := codes[which%len(codes)] + " " + line
		switch {
		case strings.HasPrefix(line, "EHLO"):
			reply = "250-mail\r\n250 AUTH " + ways[which%2]
		case strings.HasPrefix(line, "AUTH LOGIN"):
			reply = "334 VXNlcm5hbWU6"
		case strings.HasPrefix(line, "MAIL"):
			reply = "550 " + canaryMail // a server that knows it anyway
		}
		if err := text.PrintfLine("%s", reply); err != nil {
			return
		}
	}
}
