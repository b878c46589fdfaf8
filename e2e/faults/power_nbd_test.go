package faults

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// Of the NBD protocol (the file doc/proto.md of the NBD project): the fixed
// newstyle handshake, and reads, writes and flushes with simple replies.
const (
	nbdMagic      = "NBDMAGIC"
	nbdHaveOption = "IHAVEOPT"
	nbdFixed      = 1 // fixed newstyle
	nbdNoZeroes   = 2

	nbdReplyMagic = 0x3e889045565a9
	nbdAck        = 1
	nbdInfo       = 3
	nbdUnknown    = 1<<31 | 1

	nbdOptionAbort = 2
	nbdOptionInfo  = 6
	nbdOptionGo    = 7
	nbdMaxOption   = 4096

	nbdHasFlags, nbdSendFlush, nbdSendFUA = 1, 4, 8

	nbdRequestMagic = 0x25609513
	nbdAnswerMagic  = 0x67446698
	nbdRead         = 0
	nbdWrite        = 1
	nbdBye          = 2
	nbdFlush        = 3
	nbdFUA          = 1
	nbdInvalid      = 22 // EINVAL
)

// serveNBD is the disk for one client, until that goes or the power does.
// Requests are answered one after the other, so that a flush covers each write
// that came before it.
func serveNBD(conn io.ReadWriter, d *powerDisk) error {
	on, err := nbdHandshake(conn, d.size())
	for err == nil && on {
		on, err = nbdAnswer(conn, d)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, errDark) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

// nbdHandshake answers options until the client wants to begin; false when it
// goes instead.
func nbdHandshake(conn io.ReadWriter, size int64) (on bool, err error) {
	hello := binary.BigEndian.AppendUint16([]byte(nbdMagic+nbdHaveOption), nbdFixed|nbdNoZeroes)
	if _, err := conn.Write(hello); err != nil {
		return false, err
	}
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		return false, err
	}
	for {
		var head [16]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return false, err
		}
		option, length := binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
		if string(head[:8]) != nbdHaveOption || length > nbdMaxOption {
			return false, fmt.Errorf("nbd: %x is no option", head)
		}
		if _, err := io.CopyN(io.Discard, conn, int64(length)); err != nil {
			return false, err
		}
		switch option {
		case nbdOptionGo, nbdOptionInfo:
			info := binary.BigEndian.AppendUint64([]byte{0, 0}, uint64(size)) // NBD_INFO_EXPORT
			info = binary.BigEndian.AppendUint16(info, nbdHasFlags|nbdSendFlush|nbdSendFUA)
			err = errors.Join(nbdReply(conn, option, nbdInfo, info), nbdReply(conn, option, nbdAck, nil))
		case nbdOptionAbort:
			return false, nbdReply(conn, option, nbdAck, nil)
		default:
			err = nbdReply(conn, option, nbdUnknown, nil)
		}
		if err != nil || option == nbdOptionGo {
			return err == nil, err
		}
	}
}

func nbdReply(conn io.Writer, option, kind uint32, data []byte) error {
	b := binary.BigEndian.AppendUint64(nil, nbdReplyMagic)
	for _, n := range []uint32{option, kind, uint32(len(data))} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	_, err := conn.Write(append(b, data...))
	return err
}

// nbdAnswer carries one request out; false when the client says goodbye.
func nbdAnswer(conn io.ReadWriter, d *powerDisk) (on bool, err error) {
	var head [28]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return false, err
	}
	flags, kind := binary.BigEndian.Uint16(head[4:]), binary.BigEndian.Uint16(head[6:])
	at, length := binary.BigEndian.Uint64(head[16:]), uint64(binary.BigEndian.Uint32(head[24:]))
	if binary.BigEndian.Uint32(head[:]) != nbdRequestMagic {
		return false, fmt.Errorf("nbd: %x is no request", head)
	}
	answer := binary.BigEndian.AppendUint32(nil, nbdAnswerMagic)
	answer = append(append(answer, 0, 0, 0, 0), head[8:16]...) // the request's handle
	switch {
	case kind == nbdBye:
		return false, nil
	case kind == nbdFlush:
		err = d.flush()
	case kind == nbdRead && d.within(at, length):
		data := make([]byte, length)
		err = d.read(data, int64(at))
		answer = append(answer, data...)
	case kind == nbdWrite && d.within(at, length):
		data := make([]byte, length)
		if _, err = io.ReadFull(conn, data); err == nil {
			err = d.write(data, int64(at), flags&nbdFUA != 0)
		}
	case kind == nbdWrite:
		_, err = io.CopyN(io.Discard, conn, int64(length))
		binary.BigEndian.PutUint32(answer[4:], nbdInvalid)
	default:
		binary.BigEndian.PutUint32(answer[4:], nbdInvalid)
	}
	if err != nil {
		return false, err
	}
	_, err = conn.Write(answer)
	return true, err
}
