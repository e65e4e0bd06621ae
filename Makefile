# make run    install what is missing, build, start the program
# make test   the same set-up, then the whole test suite
# make demo   look around on sample data without registering; nothing is kept
SHELL := /bin/bash
SWIFT ?= swift
FORMATTED := Package.swift Sources Tests Benchmarks
LIBRARIES := libncursesw5-dev libsqlite3-dev libdnnl-dev libcrypt-dev zlib1g-dev pkg-config
PROGRAM := .build/release/oddline
TEST_TOOLS := tmux sqlite3 gzip curl

.PHONY: run demo test build setup test-setup format check-format clean

run: build
	@$(PROGRAM) $(ARGS)

demo: build
	@$(PROGRAM) --demo $(ARGS)

build: setup $(PROGRAM)

# Asking the package manager whether anything changed takes seconds; make knows at once. Its progress goes to standard
# error, since standard output is the program's; it is not piped, so that on a terminal it stays on one line.
$(PROGRAM): $(shell find Sources Package.swift -type f)
	@[ -e $@ ] || echo "First build: about 6 minutes on two cores; later ones compile only what changed." >&2
	@$(SWIFT) build -c release --product oddline >&2
	@touch $@

TEST = ODDLINE_PROGRAM=$(CURDIR)/.build-tests/release/oddline \
	$(SWIFT) test -c release --build-path .build-tests -Xswiftc -enable-testing --disable-xctest

test: setup test-setup check-format
	@[ -e .build-tests/release/oddline ] || \
		echo "First build of the tests: about 8 to 11 minutes on two cores; later ones compile only what changed." >&2
	@$(TEST) $(ARGS)

setup:
	@.ci/install-packages $(LIBRARIES)

test-setup:
	@.ci/install-packages $(TEST_TOOLS)

format:
	@$(SWIFT) format --in-place --recursive $(FORMATTED)

check-format:
	@$(SWIFT) format lint --strict --recursive $(FORMATTED)

clean:
	@rm -rf .build .build-tests
