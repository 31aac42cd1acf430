# One word each.  What they do is in the presets and scripts they call.
#
#   make            build with sanitizers, run the fast tests
#   make test       everything, as ./tests/run
#   make e2e        end to end stories
#   make clients    people's own clients through the whole life of a chat
#   make browser    what people see in Chromium, Firefox and beside an app
#   make format     rewrite the C files;  make lint: every check of the sources
#   make fuzz       hunt for half a minute with each fuzz target
#   make torture    kill, cut, starve and search a release build, long forms
#   make soak       the same for days
#   make bench      the benchmarks, on a release build
#   make cover      line coverage of our C code
#   make man        check the man pages
#   make accept     write the scenarios as they are now; review the diff
#   make bare       ./quickstart and ./tests/run in an empty Debian 12
#   make hooks      check format before each commit
.PHONY: all build test e2e clients browser format lint fuzz tortured \
	torture soak bench cover man accept bare hooks clean

all: build
	ctest --preset dev -L 'unit|lint' -j 4 --progress

build:
	cmake --preset dev
	cmake --build --preset dev

test:
	tests/run

e2e: build
	tests/e2e/run build/dev

clients:
	cmake/debian-install build clients
	cmake --preset dev
	cmake --build --preset dev
	npm --prefix tests/clients/web ci --no-audit --no-fund
	tests/clients/run build/dev
	PICTURES=$(CURDIR)/docs/clients tests/quickstart/run --gajim

browser: build
	npm --prefix webclient-gateway/client ci --no-audit --no-fund
	npm --prefix webclient-gateway/client run build
	npm --prefix tests/browser ci --no-audit --no-fund
	cd tests/browser && node run.mjs ../../build/dev --jobs 4

format:
	cmake/lint/format

lint:
	cmake/lint/run

fuzz:
	tests/fuzz/run

tortured:
	cmake --preset release
	cmake --build --preset release --target torture

torture: tortured
	tests/torture/run build/release --form long

soak: tortured
	tests/torture/run build/release --form soak

bench:
	cmake --preset release
	cmake --build --preset release
	tests/bench/run build/release

cover:
	tests/run --only unit,e2e,coverage

man:
	cmake/lint/man

accept: build
	tests/scenarios/accept build/dev

bare:
	tests/support/bare

hooks:
	git config core.hooksPath .githooks

clean:
	cmake -E rm -rf build
