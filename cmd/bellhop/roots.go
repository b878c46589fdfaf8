package main

// Small systems come without ca-certificates: then the roots in the program
// hold, so that a PMS and a mail server can be believed. The system's own come
// first where there are any.
import _ "golang.org/x/crypto/x509roots/fallback"
