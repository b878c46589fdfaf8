//go:build !unix

package backup

// giveTo does nothing where files belong to nobody.
func giveTo(string, string) {}
