# Everything a newcomer runs. `make help` says each target in one line.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# Half of the time a test waits for a browser or a database, so there are more of them than cores. JOBS=0 runs them one
# after another.
JOBS ?= 3
# Files in their order, so that the long ones of the browser do not all come last.
SPREAD := -n $(JOBS) --dist loadfile --no-loadscope-reorder
# Workers beside each other must not each start as many threads of linear algebra as there are cores: these wait for one
# another by spinning, and some tests took eight times as long.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q

.DEFAULT_GOAL := help

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hailong needs Python 3.11 or newer; this is %s. Name another with make PYTHON=..." % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.tools: requirements/tools.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml $(VENV)/.tools
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.run ## make the virtual environment from the lock; .venv/bin/hailong is the command

demo: install ## do the main job on a simulated wave, then serve it and print the addresses
	$(BIN)/hailong demo

demo-once: install ## the same without serving
	$(BIN)/hailong demo --once

machine: ## install what only the tests need from Debian's packages (Chromium, LibreOffice)
	@tools/test-machine

test: $(VENV)/.dev machine ## all tests: unit, data on both databases, browser, office, architecture
	$(PYTEST) $(SPREAD)

test-fast: $(VENV)/.dev ## the tests that need no server, no browser and no office
	$(PYTEST) -m 'not outside_data and not study and not browser and not office and not postgresql'

test-outside: $(VENV)/.dev machine ## tests on data outside the repository (../shared, or KCMO= and ORACLE=)
	$(PYTEST) -m outside_data

test-studies: $(VENV)/.dev ## tests that take long: every planted leak on both databases, a nation of agencies
	$(PYTEST) $(SPREAD) -m study

test-api: $(VENV)/.dev ## Schemathesis at full length against the API of a released wave
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m study tests/api

api-description: $(VENV)/.dev ## write docs/schemas/openapi-1.json anew
	$(BIN)/python -c 'from app.api import openapi; print(openapi.text(), end="")' > docs/schemas/openapi-1.json

bench: $(VENV)/.dev ## benchmarks of files, submissions and workbooks; results in benchmarks/README.md
	$(BIN)/python -m benchmarks.scoring.file
	$(BIN)/python -m benchmarks.serving.submission
	$(BIN)/python -m benchmarks.workbooks.agencies

bench-serving: $(VENV)/.dev ## complete answers a second on both databases, beside a bare handler
	$(BIN)/python -m benchmarks.serving.throughput

bench-human: $(VENV)/.dev machine ## a citizen at human speed through counter-short on a real kiosk
	$(BIN)/python -m benchmarks.counter.human_speed

bench-staff: $(VENV)/.dev ## a wave of 5,000 staff in 120 units: invitations, answers, draining, all workbooks
	$(BIN)/python -m benchmarks.staff

faults: $(VENV)/.dev ## kill the server amid 10,000 answers; PLANT=early-ack must find losses
	$(BIN)/python -m benchmarks.faults $(if $(PLANT),--plant $(PLANT))

attack: $(VENV)/.dev ## link staff to their answers, subtract what is published; PLANT=order|xmin|time|rarity|keys|no-complement must succeed
	PLANT=$(PLANT) OMP_NUM_THREADS=1 $(BIN)/python -m attacks

coverage-demo: $(VENV)/.dev ## coverage of the demonstration's intervals over seeds 1 to 20
	$(BIN)/python -m benchmarks.coverage.demo

bench-engines: $(VENV)/.dev ## speed of the engines beside R survey and a plain group-by, in one run
	$(BIN)/python -m benchmarks.scoring.engines

coverage-study: $(VENV)/.dev ## coverage of each interval over the grid of benchmarks/coverage/grid.toml
	$(BIN)/python -m benchmarks.coverage.proportions

reference-values: ## make the values that R gives for tests/scoring anew (needs R with survey and jsonlite)
	Rscript tests/reference/make_reference.R tests/reference
	for part in stages intervals replication weighting calibrated reliability measurement ranks; do \
	    Rscript tests/reference/make_$$part.R tests/reference || exit 1; done

lint: $(VENV)/.dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lock: $(VENV)/.tools ## write the hashed lock files anew
	$(UV) pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements/tools.in -o requirements/tools.txt
	$(UV) pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra pdf --extra oidc pyproject.toml -o requirements/run.txt
	$(UV) pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt

.PHONY: help test-api api-description install demo demo-once machine test test-fast test-outside test-studies bench bench-serving bench-staff faults attack bench-engines coverage-demo coverage-study reference-values lint lock
