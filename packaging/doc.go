// Command packaging makes what is given to hotels: for each kind of computer a
// deb, an rpm, a tarball with an install script and one for OpenWrt, with the
// list of what each program is made of, the licences, and the sums of all.
//
//	go run -C packaging . -out ../dist
//
// The same source, version and time give the same bytes, in any folder: no
// clock, name of a computer or path of it goes into a file.
//
// It is a module of its own, so that the libraries that write packages are
// none of the program's.
package main
