# `make test` is the one command that a developer and the gate run.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.NOTPARALLEL:
# Counted runs: a timed one can fail by its own deadline when the machine is busy.
FUZZTIME ?= 30000x

# What the tests talk to, as Debian packages. make installs what is missing if
# it may; otherwise a developer is told, and with CI=true it is an error.
DEBIAN_TOOLS ?= strace qemu-user-static qemu-system-x86 e2fsprogs curl openssl openssh-client openssh-server vsftpd lftp iproute2 debootstrap rpm shellcheck
TOOL = go tool -modfile=tools/go.mod
# An ARM box holds the program and little else: 25 MB.
MAX_BINARY = 25000000

.PHONY: test needs format vet lint vuln unit packages notices power faults reloads quarter year size fuzz builds

test: needs format vet lint vuln unit fuzz builds

needs:
	@bash .ci/needs $(DEBIAN_TOOLS)
	@bash .ci/kernel
	@bash .ci/asterisk
	@bash .ci/debian

format:
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt would change:" $$bad; exit 1; fi

vet:
	go vet ./...
	go -C packaging vet ./...

lint:
	$(TOOL) staticcheck ./...
	cd packaging && go tool -modfile=../tools/go.mod staticcheck ./...

vuln:
	@bash .ci/vuln $(TOOL) govulncheck -show version ./...

# The tests of the whole program build it themselves, so go cannot know when
# their results are out of date, nor that a tool which they need is there now:
# they always run.
unit:
	go test -race -timeout 30m $$(go list ./... | grep -v '^bellhop/e2e')
	go -C packaging test -count=1 ./...
	go test -race -count=1 -timeout 30m $$(go list ./e2e/... | grep -v '/quarter$$')
	go test -count=1 -timeout 20m ./e2e/quarter

# Many more power cuts than the tests make: some six seconds each.
POWER_CYCLES ?= 100
power: needs
	BELLHOP_POWER_CYCLES=$(POWER_CYCLES) go test -count=1 -v -timeout 3h -run PowerCut ./e2e/faults

# The long form of the tests of faults, which writes the table of docs/faults.md:
# an hour or so.
faults: export BELLHOP_FAULTS_ROWS = $(CURDIR)/faults.rows
faults: export BELLHOP_FAULTS_KILLS ?= 400
faults: export BELLHOP_FAULTS_SYNCS ?= 400
faults: export BELLHOP_FAULTS_LINES ?= 40
faults: export BELLHOP_FAULTS_CUTS ?= 400
faults: export BELLHOP_FAULTS_WAYS ?= 8
faults: export BELLHOP_POWER_CYCLES ?= 100
faults: needs
	rm -f $(BELLHOP_FAULTS_ROWS)
	go test -count=1 -timeout 3h -v ./e2e/faults
	sort $(BELLHOP_FAULTS_ROWS) | go run ./e2e/faults/table >docs/faults.md
	rm -f $(BELLHOP_FAULTS_ROWS)

# Weeks around the changes of the clocks in several zones, and three months twice,
# once with a replay of all hooks at the end, in a hotel of 120 rooms, on a fake
# clock, with a table of each; half an hour.
# QUARTER_SEED repeats a run, QUARTER_ZONE and QUARTER_HOW let the three months
# pass elsewhere, and woken otherwise.
QUARTER_DAYS ?= 91
QUARTER_SEED ?= 0
QUARTER_ZONE ?=
QUARTER_HOW ?=
quarter:
	go test -count=1 -v -timeout 2h -run Quarter ./e2e/quarter -quarter.weeks
	go test -count=1 -v -timeout 2h -run 'Quarter|Replay' ./e2e/quarter -quarter.days $(QUARTER_DAYS) \
	  -quarter.seed $(QUARTER_SEED) -quarter.zone "$(QUARTER_ZONE)" -quarter.how "$(QUARTER_HOW)"

# Ten thousand reloads of a hook file while events come; a minute or two.
RELOADS ?= 10000
reloads:
	BELLHOP_RELOADS=$(RELOADS) go test -count=1 -v -timeout 30m -run ReloadsUnderLoad ./agent | grep -v level=

# A year of that hotel, with outages of thirty days; an hour or so. In it only one
# thing goes on at a time: a second processor would only be waited for. Memory is
# cheaper than collecting it.
YEAR_SEED ?= 2
year:
	GOMAXPROCS=1 GOGC=400 go test -count=1 -v -timeout 5h -run Quarter ./e2e/quarter -quarter.days 365 -quarter.seed $(YEAR_SEED)

# Much of everything, and little of the box: an hour, 25 GB of disk, and a table.
# SIZE_DIR is the disk that is measured, SIZE_TABLE a file for the table.
size: needs
	BELLHOP_SIZE=full BELLHOP_SIZE_DIR="$(SIZE_DIR)" BELLHOP_SIZE_TABLE="$(SIZE_TABLE)" go test -count=1 -v -timeout 5h ./e2e/size

# Packages for all computers, into DIST; VERSION is by git unless it is given.
# UPDATE_KEYS are the public keys of minisign whose updates they take.
UPDATE_KEYS ?=
DIST ?= $(CURDIR)/dist
packages:
	go run -C packaging . -out "$(abspath $(DIST))" -version "$(VERSION)" -keys "$(UPDATE_KEYS)"

# The licences of what the program is made of, after a change of go.mod.
notices:
	go run -C packaging . -notices ../THIRD-PARTY

# Each fuzz target of the tree for a short while; its corpus grows in the cache.
fuzz:
	@grep -rlE '^func Fuzz' --include='*_test.go' . | sort | while read -r file; do \
	  for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$$file"); do \
	    echo "fuzz $$name in $$(dirname "$$file")"; \
	    go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
	  done; \
	done

# The boxes that hotels have: PC, 64-bit ARM, and the two 32-bit ARMs.
builds: export CGO_ENABLED = 0
builds: export GOOS = linux
builds:
	GOARCH=amd64 go build ./...
	GOARCH=arm64 go build ./...
	GOARCH=arm GOARM=6 go build ./...
	GOARCH=arm GOARM=7 go build ./...
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	GOARCH=arm GOARM=7 go build -trimpath -ldflags='-s -w' -o "$$folder/bellhop" ./cmd/bellhop; \
	size=$$(stat -c %s "$$folder/bellhop"); \
	echo "bellhop for linux/arm v7: $$size bytes of at most $(MAX_BINARY)"; \
	[ "$$size" -le $(MAX_BINARY) ]
