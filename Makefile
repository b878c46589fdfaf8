# `make test` is the one command that a developer and the gate run.
SHELL := /bin/bash
# Counted runs: a timed one can fail by its own deadline when the machine is busy.
FUZZTIME ?= 30000x

.PHONY: test format vet unit fuzz builds

test: format vet unit fuzz builds

format:
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt would change: $$bad"; exit 1; fi

vet:
	go vet ./...

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
