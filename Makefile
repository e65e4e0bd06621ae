# make run    install what is missing, build, start the program
# make serve  the same with the service, a program of its own, which is started
# make test   the same set-up, then the whole test suite
# make demo   look around on sample data without registering; nothing is kept
# make install PREFIX=/usr/local   a program that needs no Swift, with manual, completions and service
# make deb    the same as a Debian package in .build-static; make try-deb installs it into a new root and starts it
# make docs         the libraries' documentation in .build-docs
# make try-postgresql   scores what a PostgreSQL server holds, through ODBC
# make try-prometheus, try-influxdb   describe and score what a Prometheus and an InfluxDB answer
# make try-spark, try-parallel, try-slurm   score 2,000 series on a Spark of two processes; some under GNU parallel, Slurm
# make try-models   opens the models in Python: safetensors, ONNX, the module in python/
SHELL := /bin/bash
SWIFT ?= swift
FORMATTED := Package.swift Sources Tests Benchmarks
LIBRARIES := libncursesw5-dev libsqlite3-dev libdnnl-dev libcrypt-dev libssl-dev zlib1g-dev pkg-config
# Without what a debugger wants, which takes a tenth of the time: a report of a crash names functions, not lines.
BUILD = $(SWIFT) build -c release -debug-info-format none
PROGRAM := .build/release/oddline
SERVICE := .build/release/oddline-serve
TEST_TOOLS := tmux sqlite3 gzip curl

STATIC := .build-static/release/oddline
MANUAL := .build-static/manual
PREFIX ?= /usr/local

.PHONY: run demo serve test bench build build-service setup test-setup format check-format clean static install deb try-deb try-models try-parallel \
	try-slurm try-spark try-postgresql try-prometheus try-influxdb docs kill faults bounds fuzz sanitize

run: build
	@$(PROGRAM) $(ARGS)

demo: build
	@$(PROGRAM) --demo $(ARGS)

serve: build-service
	@$(PROGRAM) serve $(ARGS)

# A service that was built is kept as new as the program, which starts it.
build: setup $(PROGRAM) $(wildcard $(SERVICE))

build-service: build $(SERVICE)

# Asking the package manager whether anything changed takes seconds; make knows at once. Its progress goes to standard
# error, since standard output is the program's; it is not piped, so that on a terminal it stays on one line.
SOURCES := $(shell find Sources Package.swift -type f)
$(PROGRAM): $(SOURCES)
	@[ -e $@ ] || echo "First build: about 7 minutes on two cores; later ones compile only what changed." >&2
	@$(WITHOUT_SERVICE) $(BUILD) --product oddline >&2
	@touch $@

# The terminal program needs no HTTP stack; once that was fetched into the folder it stays there.
WITHOUT_SERVICE = $(if $(wildcard .build/checkouts/hummingbird),,ODDLINE_WITHOUT_SERVICE=1)

$(SERVICE): $(SOURCES)
	@[ -e $@ ] || echo "First build of the service: some minutes more, most of them for TLS." >&2
	@$(BUILD) --product oddline-serve >&2
	@touch $@

# The one C++ that takes long, BoringSSL, is not optimised for the tests.
TEST = ODDLINE_PROGRAM=$(CURDIR)/.build-tests/release/oddline \
	$(SWIFT) test -c release -debug-info-format none --build-path .build-tests -Xswiftc -enable-testing -Xcxx -O0 \
	--disable-xctest

# The program that measures; Benchmarks/README.md tells what.
bench: setup
	@$(BUILD) --product oddline-bench >&2

test: setup test-setup check-format
	@[ -e .build-tests/release/oddline ] || \
		echo "First build of the tests: about 17 minutes on two cores; later ones compile only what changed." >&2
	@$(TEST) $(ARGS)

setup:
	@.ci/install-packages $(LIBRARIES)

test-setup:
	@.ci/install-packages $(TEST_TOOLS)

# What takes too long for every test run; Benchmarks/RELIABILITY.md tells what it found.
kill: build-service
	@python3 Benchmarks/kill.py --program $(PROGRAM) $(ARGS)

faults: build-service
	@python3 Benchmarks/faults.py --program $(PROGRAM) $(ARGS)

bounds: build
	@python3 Benchmarks/bounds.py --program $(PROGRAM) $(ARGS)

fuzz: setup
	@sh Benchmarks/fuzz.sh $(ARGS)

# The suite with our code, Swift and C, under AddressSanitizer and ThreadSanitizer; the first build of each takes as long as that
# of the tests. clang is the Swift toolchain's.
CLANG ?= clang
sanitize: setup test-setup
	@for kind in address thread; do \
		ODDLINE_SANITIZE=$$kind $(SWIFT) build --build-tests -c release --build-path .build-$$kind \
			-Xswiftc -enable-testing >&2 || exit 1; \
		locks=; [ $$kind = address ] || locks=$(CURDIR)/.build-thread/mutexes.so; \
		[ -z "$$locks" ] || $(CLANG) -shared -fPIC -O1 -o $$locks Benchmarks/mutexes.c -ldl || exit 1; \
		ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no LD_PRELOAD=$$locks \
			ODDLINE_PROGRAM=$(CURDIR)/.build-$$kind/release/oddline \
			.build-$$kind/release/OddlinePackageTests.xctest --testing-library swift-testing $(ARGS) || exit 1; \
	done

format:
	@$(SWIFT) format --in-place --recursive $(FORMATTED)

check-format:
	@$(SWIFT) format lint --strict --recursive $(FORMATTED)

# The manual is made from the program's own description of its arguments.
static: setup
	@for product in oddline oddline-serve; do \
		$(BUILD) --static-swift-stdlib --build-path .build-static --product $$product >&2 || exit 1; done
	@$(SWIFT) build --package-path .build-static/checkouts/swift-argument-parser --build-path .build-static/tools \
		--product generate-manual >&2
	@rm -rf $(MANUAL) && mkdir -p $(MANUAL)
	@.build-static/tools/debug/generate-manual $(STATIC) --multi-page --output-directory $(MANUAL)

install: static
	@PROGRAM=$(STATIC) MANUAL=$(MANUAL) PREFIX=$(PREFIX) .ci/install-files

deb: static
	@.ci/install-packages dpkg-dev xz-utils
	@rm -f .build-static/*.deb
	@PROGRAM=$(STATIC) MANUAL=$(MANUAL) .ci/build-deb .build-static

try-deb: deb
	@.ci/install-packages debootstrap tmux
	@.ci/try-deb .build-static/oddline_*.deb

# Models in other tools: safetensors, ONNX Runtime and the Python module, in a virtual environment.
TOOLS := .build-models
try-models: build
	@.ci/install-packages python3-venv
	@[ -e $(TOOLS)/venv ] || python3 -m venv $(TOOLS)/venv
	@$(TOOLS)/venv/bin/pip -q install onnx onnxruntime safetensors numpy ./python
	@$(PROGRAM) train SampleData/contextual.csv -o $(TOOLS)/models
	@$(TOOLS)/venv/bin/python Examples/python/check_safetensors.py $(TOOLS)/models
	@$(PROGRAM) export $(TOOLS)/models -o $(TOOLS)/onnx
	@$(TOOLS)/venv/bin/python Examples/python/check_onnx.py $(TOOLS)/onnx
	@for model in lstm transformer; do $(TOOLS)/venv/bin/python Examples/python/score_with_onnx.py \
		$(TOOLS)/onnx/$$model/model.onnx SampleData/contextual.csv value | head -3 || exit 1; done
	@ODDLINE_PROGRAM=$(CURDIR)/$(PROGRAM) $(TOOLS)/venv/bin/python -m unittest discover -s python/tests

try-postgresql: build
	@.ci/install-packages libodbc2 odbc-postgresql postgresql python3
	@.ci/try-postgresql $(PROGRAM)

try-prometheus: build
	@.ci/install-packages prometheus curl python3
	@.ci/try-prometheus $(PROGRAM)

try-influxdb: build
	@.ci/install-packages influxdb influxdb-client curl python3
	@.ci/try-influxdb $(PROGRAM)

# The plugin is fetched and the libraries are built in a folder of their own.
docs: setup
	@SWIFT="$(SWIFT)" .ci/build-docs .build-docs

# Many series through one program each: under GNU parallel, and on Spark with two workers of which one is killed on the way.
try-parallel: build
	@.ci/install-packages parallel
	@PROGRAM=$(CURDIR)/$(PROGRAM) Examples/spark/try_parallel.sh

# Starts a Slurm of one node for itself, which needs root.
try-slurm: build
	@.ci/install-packages slurmctld slurmd slurm-client munge
	@PROGRAM=$(CURDIR)/$(PROGRAM) Examples/spark/try_slurm.sh

SPARK := .build-spark
try-spark: build
	@.ci/install-packages python3-venv
	@command -v java >/dev/null || .ci/install-packages openjdk-17-jre-headless
	@[ -e $(SPARK)/venv ] || python3 -m venv $(SPARK)/venv
	@$(SPARK)/venv/bin/pip -q install -r Examples/spark/requirements.txt
	@cd Examples/spark && ODDLINE_PROGRAM=$(CURDIR)/$(PROGRAM) $(CURDIR)/$(SPARK)/venv/bin/python -m unittest -q test_fleet
	@$(SPARK)/venv/bin/python Examples/spark/try_spark.py --program $(CURDIR)/$(PROGRAM) $(ARGS)

clean:
	@rm -rf .build .build-tests .build-static .build-docs .build-fuzz .build-address .build-thread $(TOOLS) $(SPARK)
