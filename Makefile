# Everything a newcomer needs: `make site` and `make test`. See README.md.
SHELL := /bin/bash
SWIFT ?= swift
UNETLENS := .build/release/unetlens
# One optimised build serves the program, the tests and the benchmarks.
BUILD := $(SWIFT) build -c release

.PHONY: build build-tests dependencies site figures test bench fuzz format lint serve data wasm clean

build: dependencies
	$(BUILD) --product unetlens

build-tests: dependencies
	$(BUILD) --build-tests

dependencies:
	@scripts/install-dependencies

# make site [DATA=folder] [OUTPUT=folder]: `site/` is only ever made from `data/`.
site: build
	@scripts/make-site "$(UNETLENS)" "$(DATA)" "$(OUTPUT)"

# make figures [DATA=folder] [OUTPUT=folder]
figures: build
	$(UNETLENS) figures --data "$(or $(DATA),data)" --output "$(or $(OUTPUT),figures)"

# make data [DATA=folder]: the built-in models' arrays again, from data/models and data/images.
data: build
	@scripts/make-data "$(UNETLENS)" "$(or $(DATA),data)"

# make test [FILTER=regular expression]; one test at a time: many wait for a browser, a server or git, and
# would hold the few threads that those need. Threads that spin while they wait would slow a busy machine.
test: build-tests
	GOMP_SPINCOUNT=2000 $(SWIFT) test -c release --skip-build --disable-xctest --no-parallel $(if $(FILTER),--filter "$(FILTER)")

bench: build
	scripts/bench

# The explorer's WebAssembly module, Templates/explorer.wasm.gz, which is committed.
wasm:
	scripts/build-wasm

# make fuzz [RUNS=1000000]
fuzz: dependencies
	scripts/fuzz

format:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

serve: build
	$(UNETLENS) serve $(if $(DATA),--data "$(DATA)")

clean:
	$(SWIFT) package clean
