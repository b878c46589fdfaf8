package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"time"
)

// fetchTime bounds a download; over a hotel's poor line 25 MB take minutes.
const fetchTime = 30 * time.Minute

// fetchStep is after how many bytes it is said how far a download is.
const fetchStep = 4 << 20

// Fetch downloads a package and its signature, and gives the package's path.
// What it is the signature says: the way here need not be trusted. said, which may
// be nil, is told now and then how many bytes of how many are there; the whole is -1
// when the server does not tell it.
func (f Folder) Fetch(ctx context.Context, address string, said func(got, whole int64)) (file string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	name := path.Base(u.Path)
	if name == "." || name == "/" || name == ".." {
		return "", fmt.Errorf("%s names no file", u.Redacted())
	}
	if err := f.make(); err != nil {
		return "", err
	}
	free, err := f.lock()
	if err != nil {
		return "", err
	}
	defer free()
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	file = f.in("download", name)
	if err := fetch(ctx, *u, file, maxFile, said); err != nil {
		return "", err
	}
	u.Path, u.RawPath = u.Path+".minisig", ""
	return file, fetch(ctx, *u, file+".minisig", maxSignature, nil)
}

func fetch(ctx context.Context, from url.URL, to string, most int64, said func(got, whole int64)) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch %s: %s", from.Redacted(), response.Status)
	}
	if err := removeIfThere(to); err != nil {
		return err
	}
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(&meter{to: target, whole: response.ContentLength, said: said}, io.LimitReader(response.Body, most+1))
	if err == nil && n > most {
		err = fmt.Errorf("it has more than %d bytes", most)
	}
	if err = errors.Join(err, target.Close()); err != nil {
		return errors.Join(fmt.Errorf("fetch %s: %w", from.Redacted(), err), os.Remove(to))
	}
	return nil
}

// meter tells how far a download is.
type meter struct {
	to         io.Writer
	got, whole int64
	said       func(got, whole int64)
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.to.Write(b)
	before := m.got / fetchStep
	if m.got += int64(n); m.said != nil && m.got/fetchStep > before {
		m.said(m.got, m.whole)
	}
	return n, err
}
