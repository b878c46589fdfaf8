//go:build !unix

package install

// lock does nothing where there are no such locks.
func (r records) lock() (unlock func(), err error) {
	return func() {}, r.prepare()
}
