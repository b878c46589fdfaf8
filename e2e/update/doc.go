// Package update changes versions of the real program, good and bad ones, while a
// hotel goes on: whatever is killed and when, what was acknowledged is there in
// the end, once.
package update
