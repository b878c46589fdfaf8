// Package asterisk runs a real Asterisk for tests, with nothing installed: it
// starts the programs that .ci/asterisk has unpacked, in a folder of the
// test's own, and drives them over AMI, Asterisk's manager interface. A [Call]
// is a phone without SIP: it dials a number in a context, presses keys and
// hangs up; what the dialplan reports is collected as it was sent.
package asterisk
