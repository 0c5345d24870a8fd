# `make` lists the targets. Each works on a fresh Debian 12 that has a Swift toolchain.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
ARGS ?=
SOURCES := Package.swift Sources Tests
PROGRAMS := proxy inspector replayer
# With CI=true a test that would be skipped for want of something fails.
REQUIRE_ALL := $(if $(filter true 1,$(CI)),1,)

.PHONY: help bootstrap build release demo test run bench format lint install sanitize clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

bootstrap: ## Install what is missing (apt-get, with sudo when not root)
	@scripts/bootstrap

build: bootstrap ## Build everything for debugging
	$(SWIFT) build

release: bootstrap ## Build the three programs, optimised
	$(SWIFT) build -c release

demo: bootstrap ## Record an incident, look at it, carry it away in one file, play it again
	@scripts/demo

# Time limits of tests count from where they queue up: with thousands at once on two cores, waiting alone would use them up.
test: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 4
test: bootstrap ## Build and run all tests
	@set -eu; \
	current=$$(scripts/python-env current Tests/Support/requirements.txt); \
	old=$$(scripts/python-env 0.125 Tests/Support/requirements-0.125.txt); \
	export TAPEDECK_PYTHON_CURRENT="$$current" TAPEDECK_PYTHON_0125="$$old"; \
	if [ -n "$(REQUIRE_ALL)" ]; then export TAPEDECK_REQUIRE_ALL=1; fi; \
	echo "$(SWIFT) build --build-tests"; $(SWIFT) build --build-tests; \
	for part in "--skip IntegrationTests" "--filter IntegrationTests"; do \
		echo "$(SWIFT) test --skip-build $$part"; $(SWIFT) test --skip-build $$part; \
	done

run: bootstrap ## Run the proxy; ARGS='--port 9000' for flags of `proxy serve`
	$(SWIFT) run proxy serve $(ARGS)

bench: ## Compare with nginx and mitmdump, measure accounts and sizes; BENCH_PARTS, BENCH_SECONDS, BENCH_ROUNDS
	@scripts/bootstrap bench
	@scripts/bench/run

format: ## Format all Swift files
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint: ## Check the format of all Swift files
	$(SWIFT) format lint --strict --recursive $(SOURCES)

install: bootstrap ## Install the programs into PREFIX (/usr/local)
	$(SWIFT) build -c release --static-swift-stdlib
	install -d "$(DESTDIR)$(PREFIX)/bin"
	set -e; bin=$$($(SWIFT) build -c release --static-swift-stdlib --show-bin-path); \
	for program in $(PROGRAMS); do install -m 755 "$$bin/$$program" "$(DESTDIR)$(PREFIX)/bin/$$program"; done

# All tests are Swift Testing's; XCTest's own runner leaks, and the address sanitizer says so.
sanitize: bootstrap ## Run the tests under the thread and the address sanitizer
	$(SWIFT) test --disable-xctest --sanitize=thread --scratch-path .build/thread
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --disable-xctest --sanitize=address --scratch-path .build/address

clean: ## Remove everything that was built
	rm -rf .build
