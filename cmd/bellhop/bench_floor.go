package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// floor is the simplest program that does a receiver's job on bbolt with two
// commits an event: one keeps the pushed body before the answer, one keeps
// what follows from it; then it is posted to the sink and forgotten. It has
// no hooks, lanes, retries or records, and is here to be compared with.
type floor struct {
	db     *bbolt.DB
	sink   string
	http   *http.Client
	work   chan []byte // keys of kept bodies
	secret []byte

	in, out chan *floorWrite // one of two commits each
}

// floorWrite shares a commit with all that wait for one.
type floorWrite struct {
	do   func(*bbolt.Tx) error
	done chan error
}

func write(to chan *floorWrite, do func(*bbolt.Tx) error) error {
	w := &floorWrite{do, make(chan error, 1)}
	to <- w
	return <-w.done
}

func (f *floor) writer(ctx context.Context, writes chan *floorWrite) {
	for {
		var batch []*floorWrite
		select {
		case <-ctx.Done():
			return
		case w := <-writes:
			batch = append(batch, w)
		}
		for more := true; more && len(batch) < 256; {
			select {
			case w := <-writes:
				batch = append(batch, w)
			default:
				more = false
			}
		}
		err := f.db.Update(func(tx *bbolt.Tx) error {
			for _, w := range batch {
				if err := w.do(tx); err != nil {
					return err
				}
			}
			return nil
		})
		for _, w := range batch {
			w.done <- err
		}
	}
}

func runFloor(ctx context.Context, path, listen, sink string, ready func(addr string)) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{"in", "out"} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	f := &floor{db: db, sink: sink, work: make(chan []byte, 1024), in: make(chan *floorWrite, 256), out: make(chan *floorWrite, 256), http: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
	if f.secret, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(benchSecret, "whsec_")); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	go f.writer(ctx, f.in) // they end with the process: this is no program to run for long
	go f.writer(ctx, f.out)
	for range 64 {
		go f.deliver(ctx)
	}
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	ready(ln.Addr().String())
	for {
		conn, err := ln.Accept()
		if err != nil {
			return nil
		}
		go f.take(ctx, conn)
	}
}

func (f *floor) take(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	r := bufio.NewReader(conn)
	for {
		body, keep, err := readPlain(r)
		if err != nil {
			return
		}
		var key []byte
		err = write(f.in, func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("in"))
			n, err := b.NextSequence()
			if err != nil {
				return err
			}
			key = binary.BigEndian.AppendUint64(nil, n)
			return b.Put(key, body)
		})
		if err != nil {
			return
		}
		if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")); err != nil {
			return
		}
		select {
		case f.work <- key:
		case <-ctx.Done():
			return
		}
		if !keep {
			return
		}
	}
}

// readPlain reads a request with a declared length.
func readPlain(r *bufio.Reader) (body []byte, keep bool, err error) {
	length, keep := 0, true
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, false, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "content-length":
			length, _ = strconv.Atoi(strings.TrimSpace(value)) // our own load alone comes here
		case "connection":
			keep = strings.TrimSpace(value) != "close"
		}
	}
	body = make([]byte, length)
	for n := 0; n < length; {
		m, err := r.Read(body[n:])
		if err != nil {
			return nil, false, err
		}
		n += m
	}
	return body, keep, nil
}

// deliver makes of each body a charge, keeps it, posts it and forgets it.
func (f *floor) deliver(ctx context.Context) {
	for {
		var key []byte
		select {
		case <-ctx.Done():
			return
		case key = <-f.work:
		}
		var charge []byte
		err := write(f.out, func(tx *bbolt.Tx) error {
			var event struct {
				CallID string `json:"callid"`
				Infos  string `json:"infos"`
			}
			in := tx.Bucket([]byte("in"))
			if err := json.Unmarshal(in.Get(key), &event); err != nil {
				return err
			}
			charge = fmt.Appendf(nil, `{"id":"%d","type":"posting","event":1,"callid":%q,"room":"1001","time":"2026-01-01T00:00:00Z","data":{"digits":%q}}`,
				binary.BigEndian.Uint64(key), event.CallID, event.Infos)
			return tx.Bucket([]byte("out")).Put(key, charge)
		})
		if err == nil {
			f.post(ctx, key, charge)
		}
	}
}

func (f *floor) post(ctx context.Context, key, charge []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.sink, bytes.NewReader(charge))
	if err != nil {
		return
	}
	id := "floor-" + strconv.FormatUint(binary.BigEndian.Uint64(key), 10)
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, f.secret)
	fmt.Fprintf(mac, "%s.%s.%s", id, stamp, charge)
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", stamp)
	request.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if response, err := f.http.Do(request); err == nil {
		_ = response.Body.Close()
	}
}
