# What one does here, by name. `make` alone says what there is.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help demo test defences bench bench-lint lint types rooms migrations generated locks check format generate lock ci clean

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

demo: $(VENV)/.installed  ## tell the whole story once, then serve until Ctrl-C
	$(BIN)/crossview demo $(DEMO)

test: $(VENV)/.developing  ## run every test that needs Python only
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile $(TESTS)
	@echo "Left out: the pages in a browser (Chromium), the contract's linter (Node), an older PostgreSQL, hook and action as installed, Equal Shares beside pabutools. \`make ci\` runs them."

defences: $(VENV)/.developing  ## take one defence away at a time, and see that a test misses it
	$(BIN)/python -m tests.defences $(TESTED)

bench: $(VENV)/.developing  ## measure the service beside its limit and a peer (half an hour; needs wrk)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.load --write

bench-lint: $(VENV)/.developing  ## measure the linter beside others (ten minutes; needs Node and the labelled questions)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	npm ci --prefix benchmarks/lint --silent --no-audit --no-fund
	$(BIN)/python -m benchmarks.lint --write

check: lint types rooms migrations generated locks  ## everything that is looked at and not run

lint: $(VENV)/.developing  ## style and format
	$(BIN)/ruff check api plugins tests benchmarks
	$(BIN)/ruff format --check api plugins tests benchmarks

types: $(VENV)/.developing  ## types, strictly
	$(BIN)/mypy

rooms: $(VENV)/.developing  ## which room may import which
	$(BIN)/lint-imports

migrations: $(VENV)/.developing  ## migrations that would lock a table for long
	$(BIN)/squawk api/crossview/migrations/[0-9]*.sql

generated: $(VENV)/.developing  ## texts that are generated from the code
	$(BIN)/crossview generate --check

locks:  ## lock files name no address of a registry
	@! grep -nE '(https?|file)://|index-url|find-links' requirements.lock requirements-dev.lock requirements-bench.lock requirements-oracle.lock
	@! grep -n '"resolved"' package-lock.json benchmarks/lint/package-lock.json

format: $(VENV)/.developing  ## put the code into its format
	$(BIN)/ruff check --fix api plugins tests benchmarks
	$(BIN)/ruff format api plugins tests benchmarks

generate: $(VENV)/.developing  ## write what is generated from the code
	$(BIN)/crossview generate

# uv is asked for by name, since nothing else here needs it.
UV ?= uv
COMPILE := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet

lock:  ## choose the versions of all dependencies anew (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group test -o requirements-dev.lock
	$(COMPILE) --group bench -o requirements-bench.lock
	$(COMPILE) --group oracle -o requirements-oracle.lock
	@$(MAKE) --no-print-directory locks

ci:  ## what a submission must pass; installs Chromium and more
	.ci/run

clean:  ## forget the environment, the caches and the demo
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache crossview-demo

# Installed from the lock, then the code itself beside it: editing a file needs no second install.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.developing: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
