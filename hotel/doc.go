// Package hotel holds the words that the rest of Bellhop speaks in, and the
// rules that need no input or output.
//
// Read [Event] first: it is what enters at the top, whoever sent it. [Entry]
// is what a string of dialled digits means. Nothing here reads a clock, draws
// a random number, opens a file or a socket: times and ids come from outside,
// so every rule can be tested as a function.
//
// The package imports only the standard library; every other package may
// import it.
package hotel
