# `make test` is the one command that a developer and the gate run.
SHELL := /bin/bash
# Counted runs: a timed one can fail by its own deadline when the machine is busy.
FUZZTIME ?= 30000x

# What the tests talk to, as Debian packages. Without root they are only named
# on a developer's machine; with CI=true every one must be there.
DEBIAN_TOOLS ?= strace
TOOL = go tool -modfile=tools/go.mod
# An ARM box holds the program and little else.
MAX_BINARY = 25000000

.PHONY: test needs format vet lint vuln unit fuzz builds

test: needs format vet lint vuln unit fuzz builds

needs:
	@missing=; for tool in $(DEBIAN_TOOLS); do dpkg -s $$tool >/dev/null 2>&1 || command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get install -yq $$missing || { apt-get update -q && apt-get install -yq $$missing; }; } >/dev/null && missing=; \
	fi; \
	if [ -n "$$missing" ]; then \
	  echo "missing:$$missing (Debian: apt-get install$$missing); the tests that talk to them skip"; \
	  [ "$$CI" != true ]; \
	fi

format:
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt would change: $$bad"; exit 1; fi

vet:
	go vet ./...

lint:
	$(TOOL) staticcheck ./...

# A database that cannot be reached is no finding: that is said, and the rest
# goes on.
vuln:
	@out=$$($(TOOL) govulncheck ./... 2>&1); rc=$$?; echo "$$out" | tail -n 40; \
	if [ $$rc != 0 ] && echo "$$out" | grep -q 'fetching vulnerabilities'; then \
	  echo "the database of known faults is out of reach: not checked against it"; exit 0; \
	fi; exit $$rc

unit:
	go test -race ./...

# Each fuzz target of the tree for a short while; its corpus grows in the cache.
fuzz:
	@set -e; grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
	  for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$$file"); do \
	    echo "fuzz $$name in $$(dirname "$$file")"; \
	    go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")"; \
	  done; \
	done

# The boxes that hotels have: PC, 64-bit ARM, and the two 32-bit ARMs.
builds:
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm GOARM=6 go build ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm GOARM=7 go build ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm GOARM=7 go build -trimpath -ldflags='-s -w' -o $${TMPDIR:-/tmp}/bellhop-armv7 ./cmd/bellhop
	@size=$$(stat -c %s $${TMPDIR:-/tmp}/bellhop-armv7); rm -f $${TMPDIR:-/tmp}/bellhop-armv7; \
	echo "bellhop for linux/arm: $$size bytes, at most $(MAX_BINARY)"; [ $$size -le $(MAX_BINARY) ]
